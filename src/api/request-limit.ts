import { MINUTE } from '../clock.ts';
import { TooManyRequests } from '../verbs/refusals.ts';

interface Window {
  endsAt: number;
  used: number;
}

/** When so many are known, those that are over are forgotten. */
const MOST_KNOWN = 10_000;

/**
 * How many requests each token has left in its minute. It is kept in memory, unlike what guards sign-ins: there is nothing to guess
 * here, a restart gives one minute anew, and to write down each look would make all looks wait for the disk.
 */
export class RequestLimit {
  private readonly most: number;
  private readonly windows = new Map<number, Window>();

  constructor(most: number) {
    this.most = most;
  }

  /** Takes one; the headers that tell of the rest (draft-ietf-httpapi-ratelimit-headers). Throws TooManyRequests. */
  take(tokenId: number, now: number): Record<string, string> {
    const window = this.windowOf(tokenId, now);
    const seconds = Math.max(1, Math.ceil((window.endsAt - now) / 1_000));
    if (window.used >= this.most)
      throw new TooManyRequests(seconds, `This token was used ${this.most} times within a minute. Wait, then go on.`);
    window.used += 1;
    return {
      'RateLimit-Policy': `"token";q=${this.most};w=60`,
      RateLimit: `"token";r=${this.most - window.used};t=${seconds}`,
    };
  }

  private windowOf(tokenId: number, now: number): Window {
    const known = this.windows.get(tokenId);
    // A clock that was set back must not make the minute longer.
    if (known && known.endsAt > now && known.endsAt <= now + MINUTE) return known;
    if (this.windows.size >= MOST_KNOWN)
      for (const [id, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(id);
    const fresh = { endsAt: now + MINUTE, used: 0 };
    this.windows.set(tokenId, fresh);
    return fresh;
  }
}
