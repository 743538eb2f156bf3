import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { counted } from '../text/text.ts';
import { findOwnOpen } from './own-reviews.ts';
import { countOverdue } from './review-store.ts';

interface Waiting {
  words: string;
  path: string;
}

/** What waits of reviews for somebody who maintains users: whom they are asked about, and what should have been answered by now. */
export async function reviewsWaiting(db: Reader, viewerId: number, now: Instant): Promise<Waiting[]> {
  const overdue = await countOverdue(db, now);
  return [
    ...(await askedToReview(db, viewerId)),
    ...(overdue > 0 ? [{ words: `${counted(overdue, 'review')} to decide and close`, path: '/reviews' }] : []),
  ];
}

/** Whom anybody is asked about. */
export async function askedToReview(db: Reader, viewerId: number): Promise<Waiting[]> {
  const asked = await findOwnOpen(db, viewerId);
  const open = asked.reduce((sum, one) => sum + one.open, 0);
  const path = asked.length === 1 ? `/reviews/${asked[0].id}/answers` : '/reviews';
  return open > 0 ? [{ words: `${counted(open, 'person', 'people')} to review`, path }] : [];
}
