import type { Instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { Answer, Question, SeenFacts } from './review.ts';

export type NewQuestion = Pick<Question, 'reviewId' | 'userId' | 'reviewerId' | 'groupIds' | 'isPassed'>;

export async function insertQuestions(trx: Transaction, questions: NewQuestion[]): Promise<void> {
  await bulkInsert(
    trx,
    'review_questions',
    questions.map((one) => ({
      review_id: one.reviewId,
      user_id: one.userId,
      reviewer_id: one.reviewerId,
      group_ids: JSON.stringify(one.groupIds),
      is_passed: one.isPassed,
    })),
  );
}

/** All of a review, or those of one who is asked, in an order that stays. */
export async function findQuestions(db: Reader, reviewId: number, reviewerId?: number): Promise<Question[]> {
  const query = db('review_questions').where('review_id', reviewId).orderBy(['user_id', 'reviewer_id']);
  if (reviewerId !== undefined) query.where('reviewer_id', reviewerId);
  return (await query).map(questionOf);
}

/** What nobody has said yet in reviews that are not closed, of one person. */
export async function findOpenAbout(
  db: Reader,
  userId: number,
): Promise<{ id: number; question: string; dueAt: Instant }[]> {
  return selectOpenAbout(db, { userId });
}

const selectOpenAbout = prepared<{ userId: number }, { id: number; question: string; dueAt: Instant }>(
  (db, { userId }) =>
    db('review_questions')
      .join('reviews', 'reviews.id', 'review_questions.review_id')
      .where({ user_id: userId, answer: '' })
      .whereNull('closed_at')
      .orderBy(['due_at', 'reviews.id'])
      .distinct('reviews.id', 'question', 'due_at as dueAt'),
);

/** The reviews in which these people have not answered everything. */
export async function findUnanswered(
  db: Reader,
  reviewerIds: number[],
): Promise<{ id: number; question: string; reviewerId: number }[]> {
  return selectUnanswered(db, { reviewerIds });
}

const selectUnanswered = prepared<{ reviewerIds: number[] }, { id: number; question: string; reviewerId: number }>(
  (db, { reviewerIds }) => {
    const open = db('review_questions')
      .join('reviews', 'reviews.id', 'review_questions.review_id')
      .where('answer', '')
      .whereNull('closed_at')
      .orderBy(['reviews.id', 'reviewer_id'])
      .distinct('reviews.id', 'question', 'reviewer_id as reviewerId');
    return whereIdIn(open, 'reviewer_id', reviewerIds);
  },
);

/** Of each review that is not closed in which somebody is asked, how much of it they have not answered. */
export async function countAsked(db: Reader, reviewerId: number): Promise<Map<number, { all: number; open: number }>> {
  const rows = await selectAsked(db, { reviewerId });
  const found = new Map<number, { all: number; open: number }>();
  for (const { review_id, answer, number } of rows) {
    const { all, open } = found.get(review_id) ?? { all: 0, open: 0 };
    found.set(review_id, { all: all + Number(number), open: open + (answer === '' ? Number(number) : 0) });
  }
  return found;
}

type CountedAnswers = { review_id: number; answer: string; number: number | string };

const selectAsked = prepared<{ reviewerId: number }, CountedAnswers>((db, { reviewerId }) =>
  db('review_questions')
    .join('reviews', 'reviews.id', 'review_questions.review_id')
    .where('reviewer_id', reviewerId)
    .whereNull('closed_at')
    .groupBy('review_id', 'answer')
    .select('review_id', 'answer')
    .count({ number: '*' }),
);

/** What somebody said, and what they knew. */
export interface Said {
  userId: number;
  answer: Answer;
  groupId: number | null;
  facts: SeenFacts;
}

export async function keepAnswers(
  trx: Transaction,
  { reviewId, reviewerId, at }: { reviewId: number; reviewerId: number; at: Instant },
  said: Said[],
): Promise<void> {
  for (const { userId, answer, groupId, facts } of said)
    await trx('review_questions')
      .where({ review_id: reviewId, reviewer_id: reviewerId, user_id: userId })
      .update({ answer, group_id: groupId, answered_at: at, facts: JSON.stringify(facts) });
}

/** Another one is asked in the place of somebody; who is asked about the same person already stays so, and their silence means nothing. */
export async function moveQuestions(trx: Transaction, questions: Question[], to: number): Promise<void> {
  if (questions.length === 0) return;
  const { reviewId, reviewerId } = questions[0];
  const ids = questions.map(({ userId }) => userId);
  const of = (reviewer: number) =>
    whereIdIn(trx('review_questions').where({ review_id: reviewId, reviewer_id: reviewer }), 'user_id', ids);
  if (to !== reviewerId) {
    const known = new Set<number>(await of(to).pluck('user_id'));
    await of(reviewerId).where('answer', '').delete();
    const passed = questions.filter(({ userId }) => !known.has(userId));
    await insertQuestions(
      trx,
      passed.map((one) => ({ ...one, reviewerId: to, isPassed: true })),
    );
  }
  await of(to).update({ is_passed: true });
}

function questionOf(row: Row<'review_questions'>): Question {
  return {
    reviewId: row.review_id,
    userId: row.user_id,
    reviewerId: row.reviewer_id,
    groupIds: JSON.parse(row.group_ids),
    isPassed: Boolean(row.is_passed),
    answer: row.answer,
    groupId: row.group_id,
    answeredAt: row.answered_at,
    facts: row.answered_at === null ? null : JSON.parse(row.facts),
  };
}
