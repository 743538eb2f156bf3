import type { Day } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';

/** Somebody who wants to be mailed each week. */
export interface Subscriber {
  userId: number;
  /** The Monday of the last one. */
  sentFor: Day;
}

export async function findSubscribers(db: Reader): Promise<Subscriber[]> {
  const rows: { user_id: number; sent_for: Day }[] = await db('weekly_mails').orderBy('user_id');
  return rows.map((row) => ({ userId: row.user_id, sentFor: row.sent_for }));
}

export async function isSubscribed(db: Reader, userId: number): Promise<boolean> {
  return (await db('weekly_mails').where('user_id', userId).first('user_id')) !== undefined;
}

/** From the Monday after this one on. */
export async function subscribe(trx: Transaction, { userId, sentFor }: Subscriber): Promise<void> {
  await trx('weekly_mails').insert({ user_id: userId, sent_for: sentFor }).onConflict('user_id').ignore();
}

export async function unsubscribe(trx: Transaction, userId: number): Promise<void> {
  await trx('weekly_mails').where('user_id', userId).delete();
}

/** The last one was for a Monday that is still to come, by a clock that was ahead: from now on it was this one. */
export async function setBackWeek(trx: Transaction, userId: number, monday: Day): Promise<void> {
  await trx('weekly_mails').where('user_id', userId).update({ sent_for: monday });
}

/** Of any number of attempts for one Monday one is told true. */
export async function claimWeek(trx: Transaction, userId: number, monday: Day): Promise<boolean> {
  const mine = trx('weekly_mails').where('user_id', userId).where('sent_for', '<', monday);
  return (await mine.update({ sent_for: monday })) === 1;
}

/** Up to this Monday they may have been sent: the next one is for the one after it. */
export async function letWeekPass(trx: Transaction, monday: Day): Promise<void> {
  await trx('weekly_mails').where('sent_for', '<', monday).update({ sent_for: monday });
}
