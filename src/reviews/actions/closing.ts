import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import { digestOf } from '../evidence.ts';
import { findQuestions } from '../question-store.ts';
import type { Review } from '../review.ts';
import { claimNext, markClosed } from '../review-store.ts';

/** Nobody answers any more, and what was said is sealed. Whether it was open till now. */
export async function closeReview(trx: Transaction, act: Act, review: Review): Promise<boolean> {
  const questions = await findQuestions(trx, review.id);
  const digest = digestOf(review, questions);
  if (!(await markClosed(trx, review.id, act.at, digest))) return false;
  const answered = questions.filter(({ answer }) => answer !== '').length;
  await record(trx, act, review, 'review.closed', { digest, questions: questions.length, answered });
  return true;
}

/** No other one begins after it by itself. */
export async function endRepetition(trx: Transaction, act: Act, review: Review): Promise<void> {
  if (review.nextAt === null || !(await claimNext(trx, review))) return;
  await record(trx, act, review, 'review.repetition-ended', {});
}

function record(trx: Transaction, act: Act, { id, question }: Review, action: string, after: object): Promise<void> {
  return recordChanges(trx, act, [
    { action, subjectType: 'review', subjectId: id, subjectName: question, after: { ...after } },
  ]);
}
