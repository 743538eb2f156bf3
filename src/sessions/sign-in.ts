import type { Act } from '../audit/audit-event.ts';
import { dayOf } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { NO_RIGHTS } from '../groups/permission.ts';
import { LONGEST_PASSWORD } from '../passwords/password.ts';
import type { PasswordHasher } from '../passwords/password-hasher.ts';
import { findPasswordHash, replaceHash } from '../passwords/password-store.ts';
import { identityKey } from '../text.ts';
import { maySignIn, type User } from '../users/user.ts';
import { findSubject, findUserByIdentifier, noteLogin } from '../users/user-store.ts';
import { TooManyRequests } from '../web/errors.ts';
import {
  clearLoginAttempts,
  type LoginAttempt,
  lockAtLimit,
  recordLoginAttempt,
  reserveAttempt,
} from './lockout-store.ts';

/** How many attempts on one account may stand in line: 20 right ones at once all get in. */
const IN_LINE_AT_MOST = 30;

export interface SignInContext {
  db: Database;
  hasher: PasswordHasher;
  attemptLimit: number;
}

/**
 * Decides whether a password opens an account. Attempts on one account come one after the other, so right ones in
 * parallel never lock each other out (R17), and each is counted before its hash (R16). Every way through computes
 * exactly one hash, whoever the name belongs to (R25).
 */
export class SignIn {
  private readonly context: SignInContext;
  private readonly lines = new Map<string | number, { last: Promise<unknown>; length: number }>();

  constructor(context: SignInContext) {
    this.context = context;
  }

  /** The user who signed in; undefined for every kind of refusal, which all look alike (R24). */
  async byPassword(
    act: Omit<Act, 'by'>,
    identifier: string,
    password: string,
    agent: string,
  ): Promise<User | undefined> {
    const found = await findUserByIdentifier(this.context.db.read, identifier);
    return this.inLine(found?.id ?? identityKey(identifier), async () => {
      if (!found) {
        await this.context.hasher.verify(bounded(password), async () => undefined);
        return undefined;
      }
      const user = await this.verify(act, found.id, password, agent);
      if (!user) return undefined;
      await this.context.db.write((trx) => noteLogin(trx, user.id, act.at));
      return user;
    });
  }

  /** Whether this is the password of a signed-in user; counted like a sign-in (R7). */
  async confirmPassword(act: Act, userId: number, password: string, agent: string): Promise<boolean> {
    return this.inLine(userId, async () => (await this.verify(act, userId, password, agent)) !== undefined);
  }

  private async verify(act: Omit<Act, 'by'>, id: number, typed: string, agent: string): Promise<User | undefined> {
    const { db, hasher, attemptLimit } = this.context;
    const by: Act = { ...act, by: { id: null, name: 'sign-in', rights: NO_RIGHTS } };
    const password = bounded(typed);
    let user = await findSubject(db.read, id);
    let outcome: LoginAttempt['outcome'] = 'wrong password';
    const hash = await hasher.verify(password, async () => {
      // Read again: much can happen to an account while the attempt stands in line.
      user = await findSubject(db.read, id);
      if (!(await db.write((trx) => reserveAttempt(trx, by, user, attemptLimit)))) outcome = 'while locked';
      else if (!maySignIn(user, dayOf(Date.parse(act.at)))) outcome = 'may not sign in';
      return outcome === 'wrong password' ? findPasswordHash(db.read, id) : undefined;
    });
    if (hash) {
      const better = hasher.isOutdated(hash) ? await hasher.hash(password) : undefined;
      await db.write(async (trx) => {
        await clearLoginAttempts(trx, [id]);
        if (better) await replaceHash(trx, id, hash, better);
      });
      return user;
    }
    await db.write(async (trx) => {
      await recordLoginAttempt(trx, id, { at: act.at, address: act.address, agent, outcome });
      if (outcome !== 'while locked') await lockAtLimit(trx, by, user, attemptLimit);
    });
    return undefined;
  }

  private async inLine<T>(account: string | number, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(account) ?? { last: Promise.resolve(), length: 0 };
    if (line.length >= IN_LINE_AT_MOST) throw new TooManyRequests(10);
    line.length++;
    this.lines.set(account, line);
    const turn = line.last.then(work);
    line.last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      if (--line.length === 0) this.lines.delete(account);
    }
  }
}

/** Nothing is lost by it: no password is that long, and the hash is computed all the same. */
function bounded(password: string): string {
  return password.length > LONGEST_PASSWORD * 4 ? '' : password;
}
