import type { Reader } from '../db/database.ts';
import { countAsked } from './question-store.ts';
import type { Review } from './review.ts';
import { findReviewsOf } from './review-store.ts';

/** The reviews in which somebody is asked and has not answered everything, by when they are due. */
export async function findOwnOpen(db: Reader, userId: number): Promise<(Review & { open: number })[]> {
  const asked = [...(await countAsked(db, userId))].filter(([, { open }]) => open > 0);
  const open = new Map(asked.map(([id, one]) => [id, one.open]));
  const reviews = await findReviewsOf(db, [...open.keys()]);
  return reviews.map((review) => ({ ...review, open: open.get(review.id)! }));
}
