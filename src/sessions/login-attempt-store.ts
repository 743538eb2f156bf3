import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import { spaced } from '../db/conditions.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';

/** How many failed sign-ins are kept of each user, and as many that succeeded: no number of failures drives these out. */
const KEPT = 50;

/** A sign-in, or one that failed. */
export interface LoginAttempt {
  at: Instant;
  address: string;
  agent: string;
  /** The known device whose counter it met; null where it met the account's own. */
  device: string | null;
  /** What is tried while locked is counted nowhere. */
  outcome: Row<'login_attempts'>['outcome'];
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
  const kept = () => ofOneKind(trx, userId, attempt.outcome === 'signed in');
  const oldest = kept().orderBy('id', 'desc').offset(KEPT).limit(1).select('id');
  await kept().where('id', '<=', oldest).delete();
}

/** What is older is forgotten, of those at names that nobody has as well. */
export async function pruneLoginAttempts(trx: Transaction, before: Instant): Promise<void> {
  await trx('login_attempts').where('at', '<', before).delete();
}

/** For a query of users: from where each came in last, the address and after a space what the browser calls itself. */
export function lastSignInFrom(db: Reader): Knex.QueryBuilder {
  return db('login_attempts')
    .where({ 'login_attempts.user_id': db.ref('users.id'), outcome: 'signed in' })
    .orderBy('login_attempts.id', 'desc')
    .limit(1)
    .select(spaced(db, 'login_attempts.address', 'login_attempts.agent'));
}

function ofOneKind(db: Reader, userId: number | null, isSuccess: boolean) {
  const ofUser = db('login_attempts').where({ user_id: userId });
  return isSuccess ? ofUser.where({ outcome: 'signed in' }) : ofUser.whereNot({ outcome: 'signed in' });
}

type Asked = { userId: number; limit: number };

const COLUMNS = ['at', 'address', 'agent', 'device', 'outcome', 'locked_until as lockedUntil'] as const;

const selectNewest = prepared<Asked, LoginAttempt>((db, { userId, limit }) =>
  ofOneKind(db, userId, false).orderBy('id', 'desc').limit(limit).select(COLUMNS),
);
const selectHistory = prepared<Asked, LoginAttempt>((db, { userId, limit }) =>
  db('login_attempts').where({ user_id: userId }).orderBy('id', 'desc').limit(limit).select(COLUMNS),
);

/** The newest failed sign-ins of a user. */
export async function findLoginAttempts(db: Reader, userId: number, limit: number): Promise<LoginAttempt[]> {
  return selectNewest(db, { userId, limit });
}

/** All that is kept of how a user signed in, or did not, the newest first. */
export async function findSignIns(db: Reader, userId: number, limit = 2 * KEPT): Promise<LoginAttempt[]> {
  return selectHistory(db, { userId, limit });
}

/** The attempts behind one, as they were kept, the first of them. */
export function findAttemptsAfter(
  db: Reader,
  id: number,
  limit: number,
): Promise<(Pick<LoginAttempt, 'at' | 'outcome'> & { id: number })[]> {
  return db('login_attempts').where('id', '>', id).orderBy('id').limit(limit).select('id', 'at', 'outcome');
}

/** The first that was made since then; where there is none, the next that will be. */
export async function findFirstAttemptSince(db: Reader, since: Instant): Promise<number> {
  const first = await db('login_attempts').where('at', '>=', since).orderBy(['at', 'id']).first('id');
  if (first) return first.id;
  const last = await db('login_attempts').orderBy('id', 'desc').first('id');
  return (last?.id ?? 0) + 1;
}

/** The newest failed sign-ins at names that nobody has; what was typed is kept nowhere. */
export function findAttemptsOnUnknownNames(db: Reader, limit: number): Promise<LoginAttempt[]> {
  return db('login_attempts').whereNull('user_id').orderBy('id', 'desc').limit(limit).select(COLUMNS);
}

/** How many of those that are kept failed from each of these moments to the next. */
export async function countFailedSignIns(db: Reader, moments: Instant[]): Promise<number[]> {
  const counts: number[] = [];
  for (const [n, from] of moments.slice(0, -1).entries()) {
    const within = db('login_attempts')
      .where('at', '>=', from)
      .where('at', '<', moments[n + 1]);
    const found = await within.whereNot({ outcome: 'signed in' }).count('* as failures').first();
    counts.push(Number(found?.failures));
  }
  return counts;
}
