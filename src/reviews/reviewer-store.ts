import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import type { Row } from '../db/tables.ts';
import type { Reviewer } from './review.ts';

/** By when they were asked. */
export async function findReviewers(db: Reader, reviewId: number): Promise<Reviewer[]> {
  return (await db('review_reviewers').where('review_id', reviewId).orderBy(['asked_at', 'user_id'])).map(reviewerOf);
}

/** Whoever is asked already stays asked since then. */
export async function insertReviewer(
  trx: Transaction,
  { reviewId, userId, at, mailId }: { reviewId: number; userId: number; at: Instant; mailId: number | undefined },
): Promise<void> {
  const row = { review_id: reviewId, user_id: userId, asked_at: at, mail_id: mailId ?? null, reminded_at: at };
  await trx('review_reviewers').insert(row).onConflict(['review_id', 'user_id']).ignore();
}

export async function noteTold(trx: Transaction, { reviewId, userId }: Reviewer, at: Instant): Promise<void> {
  await one(trx, reviewId, userId).update({ told_at: at });
}

/** As long as no mail was delivered, it is the newest that counts. */
export async function noteReminded(
  trx: Transaction,
  { reviewId, userId, reminders, toldAt }: Reviewer,
  { at, mailId }: { at: Instant; mailId: number | undefined },
): Promise<void> {
  const newest = toldAt === null && mailId !== undefined ? { mail_id: mailId } : {};
  await one(trx, reviewId, userId).update({ reminders: reminders + 1, reminded_at: at, ...newest });
}

function one(trx: Transaction, reviewId: number, userId: number) {
  return trx('review_reviewers').where({ review_id: reviewId, user_id: userId });
}

function reviewerOf(row: Row<'review_reviewers'>): Reviewer {
  return {
    reviewId: row.review_id,
    userId: row.user_id,
    askedAt: row.asked_at,
    mailId: row.mail_id,
    toldAt: row.told_at,
    reminders: row.reminders,
    remindedAt: row.reminded_at,
  };
}
