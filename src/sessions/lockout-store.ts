import type { Act } from '../audit/audit-event.ts';
import { recordChanges } from '../audit/audit-store.ts';
import { DAY, type Instant, instant, MINUTE } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import type { User } from '../users/user.ts';
import { pieces } from '../users/user-store.ts';

/** The first wait; each that follows without a success in between is twice as long, up to a day. */
export const FIRST_LOCK = 15 * MINUTE;
const LONGEST_LOCK = DAY;
/** After this many times the limit in all, no waiting helps: a reset link, an administrator or the command line does (R16). */
export const LOCKS_BEFORE_PERMANENT = 20;
/** The lock that waiting does not end. */
export const PERMANENTLY: Instant = '9999-12-31T23:59:59.999Z';
/** How many failed sign-ins are kept of each user. */
const ATTEMPTS_KEPT = 50;

type Lockable = Pick<User, 'id' | 'name'>;

export interface LoginAttempt {
  at: Instant;
  address: string;
  agent: string;
  outcome: 'wrong password' | 'while locked' | 'may not sign in';
}

/**
 * Counts an attempt before its password is looked at, so that no number of parallel ones gets more than the limit (R16).
 * False: the account is locked, and neither counter nor lock grow (R22).
 */
export async function reserveAttempt(trx: Transaction, act: Act, user: Lockable, limit: number): Promise<boolean> {
  const found = await trx('lockouts').where({ user_id: user.id }).first();
  if (!found) {
    await trx('lockouts').insert({ user_id: user.id, attempts: 1, attempts_in_all: 1, last_attempt_at: act.at });
    return true;
  }
  if (found.locked_until !== null && found.locked_until > act.at) return false;
  // A lock that has ended starts the count anew.
  const attempts = found.locked_until === null ? found.attempts + 1 : 1;
  if (attempts > limit) {
    // The lock of the last attempt was never written: a crash came between. It is written now.
    await lock(trx, act, user, found, limit);
    return false;
  }
  await trx('lockouts')
    .where({ user_id: user.id })
    .update({
      attempts,
      attempts_in_all: found.attempts_in_all + 1,
      locked_at: null,
      locked_until: null,
      last_attempt_at: act.at,
    });
  return true;
}

/** A reserved attempt was wrong: at the limit the account is locked. */
export async function lockAtLimit(trx: Transaction, act: Act, user: Lockable, limit: number): Promise<void> {
  const found = await trx('lockouts').where({ user_id: user.id }).first();
  if (found && found.attempts >= limit) await lock(trx, act, user, found, limit);
}

/** How long the lock lasts that follows so many others without a success in between. */
export function lockDuration(step: number): number {
  // Past any sensible step the power would be no number that a date can hold.
  return Math.min(FIRST_LOCK * 2 ** Math.min(step, 20), LONGEST_LOCK);
}

type CounterRow = { attempts: number; attempts_in_all: number; step: number };

/** Every lock goes through here: one event each. */
async function lock(trx: Transaction, act: Act, user: Lockable, counter: CounterRow, limit: number): Promise<void> {
  const permanent = counter.attempts_in_all >= limit * LOCKS_BEFORE_PERMANENT;
  const lockedUntil = permanent ? PERMANENTLY : instant(Date.parse(act.at) + lockDuration(counter.step));
  await trx('lockouts')
    .where({ user_id: user.id })
    .update({ step: counter.step + 1, locked_at: act.at, locked_until: lockedUntil });
  await recordChanges(trx, act, [
    {
      action: 'user.locked',
      subjectType: 'user',
      subjectId: user.id,
      subjectName: user.name,
      after: { loginAttempts: counter.attempts, lockedUntil },
    },
  ]);
}

/** Undoes counter, step, lock and total: after a right password, a finished reset, or by an administrator. */
export async function clearLoginAttempts(trx: Transaction, userIds: number[]): Promise<void> {
  for (const some of pieces(userIds)) await trx('lockouts').whereIn('user_id', some).delete();
}

/** Keeps the newest few per user, so that an attacker cannot fill the disk. */
export async function recordLoginAttempt(trx: Transaction, userId: number, attempt: LoginAttempt): Promise<void> {
  await trx('login_attempts').insert({ user_id: userId, ...attempt });
  const oldest = trx('login_attempts')
    .where({ user_id: userId })
    .orderBy('id', 'desc')
    .offset(ATTEMPTS_KEPT)
    .limit(1)
    .select('id');
  await trx('login_attempts').where({ user_id: userId }).where('id', '<=', oldest).delete();
}

/** The newest failed sign-ins of a user. */
export async function findLoginAttempts(db: Reader, userId: number, limit: number): Promise<LoginAttempt[]> {
  return db('login_attempts')
    .where({ user_id: userId })
    .orderBy('id', 'desc')
    .limit(limit)
    .select('at', 'address', 'agent', 'outcome');
}
