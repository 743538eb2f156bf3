import { type Instant, minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { findLedIds } from '../../groups/leader.ts';
import { findQuestions } from '../question-store.ts';
import type { Question, Review } from '../review.ts';

/** What somebody is asked in a review, and may still see: a leader only whom they were asked about through a group that they lead still. */
export async function findOwnQuestions(
  db: Reader,
  review: Pick<Review, 'id'>,
  reviewerId: number,
  now: Instant,
): Promise<Question[]> {
  const questions = await findQuestions(db, review.id, reviewerId);
  if (questions.length === 0) return [];
  const led = new Set(await findLedIds(db, reviewerId, minuteOf(now)));
  return questions.filter((one) => isStillAsked(one, led));
}

/** Whether whoever is asked about somebody is so still: it was an administrator's to ask them, or they lead one of the groups. */
export function isStillAsked({ groupIds, isPassed }: Question, led: ReadonlySet<number>): boolean {
  return isPassed || groupIds.length === 0 || groupIds.some((id) => led.has(id));
}
