import { MINUTE } from '../../clock.ts';
import { type Database, isUnavailable } from '../../db/database.ts';
import { takeRequests } from '../../tokens/token-windows.ts';
import { TooManyRequests } from '../../verbs/refusals.ts';

interface Window {
  endsAt: number;
  used: number;
  /** How many this process may let through: all, or as many as it took of what it shares. */
  granted: number;
  /** How many are left that no process took. */
  shared: number;
  asking?: Promise<void>;
}

/** When so many are known, those that are over are forgotten. */
const MOST_KNOWN = 10_000;
/** Of what processes share each takes a part at a time: so it asks once for many requests, and leaves the others theirs. */
const PARTS = 10;

/** A token was used as often as it may be within its minute; what is said of that besides. */
export class LimitReached extends TooManyRequests {
  readonly headers: Record<string, string>;

  constructor(headers: Record<string, string>, retryAfterSeconds: number, message: string) {
    super(retryAfterSeconds, message);
    this.headers = headers;
  }
}

/**
 * How many requests each token has left in its minute. Where one process is alone it is kept in memory, unlike what guards sign-ins: there is
 * nothing to guess here, a restart gives one minute anew, and to write down each look would make all looks wait for the disk. Several
 * processes share a row for each token.
 */
export class RequestLimit {
  private readonly db: Pick<Database, 'oneRow' | 'place'>;
  private readonly most: number;
  private readonly windows = new Map<number, Window>();

  constructor(db: Pick<Database, 'oneRow' | 'place'>, most: number) {
    this.db = db;
    this.most = most;
  }

  /** Takes one; the headers that tell of the rest (draft-ietf-httpapi-ratelimit-headers). Throws LimitReached. */
  async take(tokenId: number, now: number): Promise<Record<string, string>> {
    const window = this.windowOf(tokenId, now);
    while (window.used >= window.granted && window.shared > 0) {
      window.asking ??= this.ask(window, tokenId, now).finally(() => {
        window.asking = undefined;
      });
      await window.asking;
    }
    const seconds = Math.max(1, Math.ceil((window.endsAt - now) / 1_000));
    const isOver = window.used >= window.granted;
    if (!isOver) window.used += 1;
    const headers = {
      'RateLimit-Policy': `"token";q=${this.most};w=60`,
      RateLimit: `"token";r=${window.granted - window.used + window.shared};t=${seconds}`,
    };
    if (!isOver) return headers;
    throw new LimitReached(
      headers,
      seconds,
      `This token was used ${this.most} times within a minute. Wait, then go on.`,
    );
  }

  private async ask(window: Window, tokenId: number, now: number): Promise<void> {
    const wanted = Math.ceil(this.most / PARTS);
    try {
      const asked = { wanted, most: this.most, now };
      const { got, taken, endsAt } = await this.db.oneRow.write((trx) => takeRequests(trx, tokenId, asked));
      window.granted += got;
      window.shared = this.most - taken;
      window.endsAt = Date.parse(endsAt);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // What can be read is read, also while nothing can be written.
      window.granted += wanted;
      window.shared = Math.max(0, window.shared - wanted);
    }
  }

  private windowOf(tokenId: number, now: number): Window {
    const known = this.windows.get(tokenId);
    // A clock that was set back must not make the minute longer.
    if (known && known.endsAt > now && known.endsAt <= now + MINUTE) return known;
    if (this.windows.size >= MOST_KNOWN)
      for (const [id, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(id);
    const isAlone = this.db.place.kind === 'SQLite';
    const fresh = { endsAt: now + MINUTE, used: 0, granted: isAlone ? this.most : 0, shared: isAlone ? 0 : this.most };
    this.windows.set(tokenId, fresh);
    return fresh;
  }
}
