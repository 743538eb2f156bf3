import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { render } from '../../web/render.ts';
import { countAsked } from '../question-store.ts';
import { findReviews, findReviewsOf } from '../review-store.ts';

const LISTED = 100;

/** What the viewer is asked, and for who may read users all reviews. Who is asked nothing is not told that there is such a page. */
export async function showReviews(app: AppContext, req: Request, res: Response): Promise<void> {
  const db = app.db.read;
  const now = instant(app.clock());
  const mayRead = may(req.viewer!, 'users', 'read');
  const asked = await countAsked(db, req.viewer!.id);
  if (!mayRead && asked.size === 0) throw new Forbidden('There is nothing at this address.', true);
  const own = (await findReviewsOf(db, [...asked.keys()])).map((review) => ({ ...review, ...asked.get(review.id)! }));
  const page = {
    title: 'Reviews',
    own: own.map((review) => ({ ...review, isOverdue: review.open > 0 && review.dueAt <= now })),
    all: mayRead
      ? (await findReviews(db, LISTED)).map((review) => ({
          ...review,
          isOverdue: review.closedAt === null && review.dueAt <= now,
        }))
      : undefined,
    mayWrite: may(req.viewer!, 'users', 'write'),
  };
  render(req, res, 'reviews/index', page);
}
