import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import { type Clock, DAY } from '../../clock.ts';
import type { User } from '../../users/user.ts';
import { cookieName } from '../../web/guards/cookie-name.ts';
import { REMEMBERED_FOR } from '../known-device-store.ts';

/** How long a browser stays known after a sign-in. */
export const KNOWN_FOR = 180 * DAY;
/** A browser that several people share is known for the last few of them. */
const USERS_KEPT = 5;
/** The user, the device, the moment of the sign-in, and what seals them. */
const ENTRY = /^(\d{1,15})\.([\w-]{22})\.(\d{1,15})\.([\w-]{43})$/;
const BETWEEN_ENTRIES = '~';
/** The user, and the token by which the device is remembered. */
const REMEMBERED = /^(\d{1,15})\.([\w-]{43})$/;

type Holder = Pick<User, 'id' | 'passwordSetAt'>;

/**
 * Browsers in which a user signed in before. Their failed sign-ins are counted apart, so that strangers' failures do not
 * lock a person out of their own machine. The browser itself keeps who it is known for, sealed and bound to the password
 * of that time: a new password makes every device a stranger's again.
 */
export class KnownDevices {
  private readonly cookieName: string;
  private readonly tokenCookieName: string;
  private readonly secure: boolean;
  private readonly key: Buffer;
  private readonly clock: Clock;

  constructor(config: { baseUrl: string; secure: boolean; secrets: { session: string } }, clock: Clock) {
    this.cookieName = cookieName(config, 'roster-devices');
    this.tokenCookieName = cookieName(config, 'roster-remembered');
    this.secure = config.secure;
    this.key = createHmac('sha256', config.secrets.session).update('known devices').digest();
    this.clock = clock;
  }

  /** Whether this browser says that it is known for anybody; no word yet of whether that is true. */
  isClaimed(req: Request): boolean {
    return this.entriesOf(req).length > 0;
  }

  /** The device as which this browser is known for the user; null for a stranger's, a forged or an outdated one. */
  find(req: Request, user: Holder): string | null {
    for (const entry of this.entriesOf(req)) {
      const [, userId, device, at, seal] = ENTRY.exec(entry)!;
      if (Number(userId) !== user.id || this.clock() - Number(at) >= KNOWN_FOR) continue;
      if (isSame(seal, this.sealOf(user, device, at))) return device;
    }
    return null;
  }

  /** From now on the browser is known for this user, who has just given the password; returns as which device. */
  remember(req: Request, res: Response, user: Holder): string {
    // The same device stays the same: whoever copied the cookie shares its counter with it.
    const device = this.find(req, user) ?? randomBytes(16).toString('base64url');
    const at = String(this.clock());
    const others = this.entriesOf(req).filter((entry) => !entry.startsWith(`${user.id}.`));
    const entries = [[user.id, device, at, this.sealOf(user, device, at)].join('.'), ...others];
    this.send(res, this.cookieName, entries, KNOWN_FOR);
    return device;
  }

  /** What this browser keeps since the user wanted it to be remembered; whether that still holds the database knows. */
  tokenOf(req: Request, { id }: Pick<User, 'id'>): string | null {
    const entry = this.tokensOf(req).find((one) => one.startsWith(`${id}.`));
    return entry === undefined ? null : REMEMBERED.exec(entry)![2];
  }

  keepToken(req: Request, res: Response, { id }: Pick<User, 'id'>, token: string): void {
    const others = this.tokensOf(req).filter((one) => !one.startsWith(`${id}.`));
    this.send(res, this.tokenCookieName, [`${id}.${token}`, ...others], REMEMBERED_FOR);
  }

  private send(res: Response, name: string, entries: string[], maxAge: number): void {
    const kept = entries.slice(0, USERS_KEPT).join(BETWEEN_ENTRIES);
    res.cookie(name, kept, { path: '/', maxAge, httpOnly: true, sameSite: 'lax', secure: this.secure });
  }

  private entriesOf(req: Request): string[] {
    return this.listIn(req, this.cookieName).filter((entry) => ENTRY.test(entry));
  }

  private tokensOf(req: Request): string[] {
    return this.listIn(req, this.tokenCookieName).filter((entry) => REMEMBERED.test(entry));
  }

  /** However long the cookie is, only the first few entries are looked at. */
  private listIn(req: Request, name: string): string[] {
    return (parseCookie(req.headers.cookie ?? '')[name] ?? '').split(BETWEEN_ENTRIES, USERS_KEPT);
  }

  private sealOf(user: Holder, device: string, at: string): string {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([user.id, device, at, user.passwordSetAt]))
      .digest('base64url');
  }
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
