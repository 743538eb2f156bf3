import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';

/** The mails that were tried in vain so far and wait for their next time. */
export interface StuckMail {
  mails: number;
  /** What the server said of the last that was tried. */
  answer: string;
  /** The one that is tried again first. */
  next?: { userId: number; userName: string; at: Instant };
}

export async function findStuckMail(db: Reader): Promise<StuckMail> {
  const mails = await countStuckMails(db);
  // Mostly there are none.
  if (mails === 0) return { mails, answer: '' };
  const stuck = stuckMails(db);
  const last = await stuck.clone().orderBy('next_at', 'desc').first('answer');
  const next = await stuck
    .clone()
    .join('users', 'users.id', 'outbox.user_id')
    .orderBy(['next_at', 'outbox.id'])
    .first('user_id', 'users.name', 'next_at');
  return {
    mails,
    answer: last?.answer ?? '',
    next: next && { userId: next.user_id, userName: next.name, at: next.next_at },
  };
}

/** How many they are. */
export async function countStuckMails(db: Reader): Promise<number> {
  const [{ mails }] = await countStuck(db, {});
  return Number(mails);
}

const countStuck = prepared<object, { mails: number }>((db) => stuckMails(db).count('* as mails'));

function stuckMails(db: Reader) {
  return db('outbox').whereNull('sent_at').whereNull('failed_at').whereNot('answer', '');
}
