import type { Instant } from '../clock.ts';
import { type Lately, whereLately } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { MailKind, SentMail } from './mail.ts';

/** The newest mails to a user. */
export async function findMails(db: Reader, userId: number, limit: number): Promise<SentMail[]> {
  return (await selectNewest(db, { userId, limit })).map(sentMailOf);
}

const selectNewest = prepared<{ userId: number; limit: number }, Row<'outbox'>>((db, { userId, limit }) =>
  db('outbox').where('user_id', userId).orderBy('id', 'desc').limit(limit),
);

/** The last test mail that this user sent to themself. */
export async function findTestMail(db: Reader, userId: number): Promise<SentMail | undefined> {
  const row = await db('outbox').where({ user_id: userId, kind: 'test-mail' }).orderBy('id', 'desc').first();
  return row && sentMailOf(row);
}

/** When each of these mails was taken by the mail server; null for those that wait. Those that nobody will ever get are missing. */
export async function findDelivered(db: Reader, ids: number[]): Promise<Map<number, Instant | null>> {
  const mails = db('outbox').whereNull('failed_at').select('id', 'sent_at');
  return new Map((await whereIdIn(mails, 'id', ids)).map((mail) => [mail.id, mail.sent_at]));
}

/** Of these users, those for whom a mail of this kind was written down so lately. */
export async function findMailedLately(
  db: Reader,
  kind: MailKind,
  userIds: number[],
  lately: Lately,
): Promise<Set<number>> {
  const mails = whereLately(db('outbox').where({ kind }), 'created_at', lately);
  return new Set(await whereIdIn(mails, 'user_id', userIds).pluck('user_id'));
}

/** How many mails of this kind were written down for a user so lately. */
export async function countMailed(db: Reader, kind: MailKind, userId: number, lately: Lately): Promise<number> {
  const mails = whereLately(db('outbox').where({ user_id: userId, kind }), 'created_at', lately);
  const found = await mails.count('* as mails').first();
  return Number(found?.mails);
}

function sentMailOf(row: Row<'outbox'>): SentMail {
  return {
    kind: row.kind as MailKind,
    address: row.address,
    createdAt: row.created_at,
    attempts: row.attempts,
    nextAt: row.next_at,
    sentAt: row.sent_at,
    failedAt: row.failed_at,
    answer: row.answer,
  };
}
