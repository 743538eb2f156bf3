import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';

/** Somebody who leaves soon, of whom nobody was told yet that it is within so many days. */
export interface Leaving {
  id: number;
  leavesAt: Instant;
}

/** The active users who leave after one moment and up to another, and of whose end it was not told yet within so many days. */
export async function findLeavingToTell(
  db: Reader,
  { after, upTo, days, limit }: { after: Instant; upTo: Instant; days: number; limit: number },
): Promise<Leaving[]> {
  return db('users')
    .leftJoin('leaving_reminders as told', 'told.user_id', 'users.id')
    .where('users.activity', 'active')
    .where('users.leaves_at', '>', after)
    .where('users.leaves_at', '<=', upTo)
    .where((either) =>
      either
        .whereNull('told.user_id')
        .orWhere('told.leaves_at', '<>', db.ref('users.leaves_at'))
        .orWhere('told.days', '>', days),
    )
    .orderBy(['users.leaves_at', 'users.id'])
    .limit(limit)
    .select('users.id', 'users.leaves_at as leavesAt');
}

export async function noteLeavingTold(trx: Transaction, told: Leaving[], days: number): Promise<void> {
  if (told.length === 0) return;
  const ids = told.map(({ id }) => id);
  await whereIdIn(trx('leaving_reminders'), 'user_id', ids).delete();
  await trx('leaving_reminders').insert(told.map(({ id, leavesAt }) => ({ user_id: id, leaves_at: leavesAt, days })));
}

/** Of these users, those who want to be told of their own leaving. */
export async function findWhoWantToBeTold(db: Reader, ids: number[]): Promise<number[]> {
  return whereIdIn(db('users').where('is_told_of_leaving', true), 'id', ids).orderBy('id').pluck('id');
}
