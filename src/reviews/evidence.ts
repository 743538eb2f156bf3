import { createHash } from 'node:crypto';
import type { Question, Review } from './review.ts';

/** All that was said in a review, by ids and facts, as one number: what is changed afterwards makes another. The audit keeps it. */
export function digestOf({ id, question, view, createdAt, dueAt }: Review, questions: Question[]): string {
  const said = questions.map((one) => [
    one.userId,
    one.reviewerId,
    one.groupIds,
    one.isPassed,
    one.answer,
    one.groupId,
    one.answeredAt,
    one.facts && [one.facts.lastLoginAt, one.facts.lastActivityAt, one.facts.states, one.facts.groupIds],
  ]);
  const whole = JSON.stringify([id, question, view, createdAt, dueAt, said]);
  return createHash('sha256').update(whole).digest('hex');
}
