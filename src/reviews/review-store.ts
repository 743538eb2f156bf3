import { type Instant, minuteOf } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { Review } from './review.ts';

export type NewReview = Omit<Review, 'id' | 'closedAt' | 'digest' | 'operationId'>;

export async function insertReview(trx: Transaction, review: NewReview): Promise<number> {
  const [{ id }] = await trx('reviews')
    .insert({
      question: review.question,
      view: review.view,
      asks: review.asks,
      named: JSON.stringify(review.named),
      silence: review.silence,
      silence_days: review.silenceDays,
      created_by: review.createdBy,
      created_at: review.createdAt,
      due_at: review.dueAt,
      next_at: review.nextAt,
    })
    .returning('id');
  return id;
}

/** Throws NotFound for an unknown one. */
export async function findReview(db: Reader, id: number): Promise<Review> {
  const row = await db('reviews').where({ id }).first();
  if (!row) throw new NotFound('There is no such review.');
  return reviewOf(row);
}

/** The newest first. */
export async function findReviews(db: Reader, limit: number): Promise<Review[]> {
  return (await db('reviews').orderBy('id', 'desc').limit(limit)).map(reviewOf);
}

export async function findReviewsOf(db: Reader, ids: number[]): Promise<Review[]> {
  if (ids.length === 0) return [];
  return (await db('reviews').whereIn('id', ids).orderBy('due_at')).map(reviewOf);
}

export async function findOpenReviewIds(db: Reader): Promise<number[]> {
  return db('reviews').whereNull('closed_at').orderBy('id').pluck('id');
}

/** How many are open although they are due. */
export async function countOverdue(db: Reader, now: Instant): Promise<number> {
  const [{ number }] = await countDue(db, { now: minuteOf(now) });
  return Number(number);
}

const countDue = prepared<{ now: Instant }, { number: number | string }>((db, { now }) =>
  db('reviews').whereNull('closed_at').where('due_at', '<=', now).count({ number: '*' }),
);

/** Those after which another one is to begin by now. */
export async function findToRepeat(db: Reader, now: Instant): Promise<Review[]> {
  return (await db('reviews').where('next_at', '<=', now).orderBy('id')).map(reviewOf);
}

/** Of any number of attempts to begin the next one, one is told true. */
export async function claimNext(trx: Transaction, { id, nextAt }: Pick<Review, 'id' | 'nextAt'>): Promise<boolean> {
  return (await trx('reviews').where({ id, next_at: nextAt }).update({ next_at: null })) === 1;
}

export async function setNext(trx: Transaction, id: number, nextAt: Instant): Promise<void> {
  await trx('reviews').where({ id }).update({ next_at: nextAt });
}

/** Whether it was open till now. */
export async function markClosed(trx: Transaction, id: number, at: Instant, digest: string): Promise<boolean> {
  return (await trx('reviews').where({ id }).whereNull('closed_at').update({ closed_at: at, digest })) === 1;
}

export async function keepOperation(trx: Transaction, id: number, operationId: number): Promise<void> {
  await trx('reviews').where({ id }).update({ operation_id: operationId });
}

function reviewOf(row: Row<'reviews'>): Review {
  return {
    id: row.id,
    question: row.question,
    view: row.view,
    asks: row.asks,
    named: JSON.parse(row.named),
    silence: row.silence,
    silenceDays: row.silence_days,
    createdBy: row.created_by,
    createdAt: row.created_at,
    dueAt: row.due_at,
    nextAt: row.next_at,
    closedAt: row.closed_at,
    digest: row.digest,
    operationId: row.operation_id,
  };
}
