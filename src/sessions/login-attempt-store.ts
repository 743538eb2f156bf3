import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';

/** How many failed sign-ins are kept of each user. */
const KEPT = 50;

/** A sign-in that failed. */
export interface LoginAttempt {
  at: Instant;
  address: string;
  agent: string;
  /** The known device whose counter it met; null where it met the account's own. */
  device: string | null;
  /** What is tried while locked is counted nowhere. */
  outcome: 'wrong password' | 'while locked' | 'may not sign in' | 'unknown name';
  /** The end of the lock that it met or made. */
  lockedUntil: Instant | null;
}

/** Keeps the newest few per user, and of those at names that nobody has, so that an attacker cannot fill the disk. */
export async function recordLoginAttempt(
  trx: Transaction,
  userId: number | null,
  attempt: LoginAttempt,
): Promise<void> {
  const { lockedUntil, ...columns } = attempt;
  await trx('login_attempts').insert({ user_id: userId, locked_until: lockedUntil, ...columns });
  const oldest = trx('login_attempts')
    .where({ user_id: userId })
    .orderBy('id', 'desc')
    .offset(KEPT)
    .limit(1)
    .select('id');
  await trx('login_attempts').where({ user_id: userId }).where('id', '<=', oldest).delete();
}

const selectNewest = prepared<{ userId: number; limit: number }, LoginAttempt>((db, { userId, limit }) =>
  db('login_attempts')
    .where({ user_id: userId })
    .orderBy('id', 'desc')
    .limit(limit)
    .select('at', 'address', 'agent', 'device', 'outcome', 'locked_until as lockedUntil'),
);

/** The newest failed sign-ins of a user. */
export async function findLoginAttempts(db: Reader, userId: number, limit: number): Promise<LoginAttempt[]> {
  return selectNewest(db, { userId, limit });
}
