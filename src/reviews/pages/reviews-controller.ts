import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { flash } from '../../web/flash.ts';
import { requireRight, requireSignIn } from '../../web/guards/authorization.ts';
import { closeReview, endRepetition } from '../actions/closing.ts';
import type { Review } from '../review.ts';
import { findReview } from '../review-store.ts';
import { letsOffByAnswers, saveAnswers, showAnswers } from './answers-page.ts';
import { beginDecisions } from './decisions.ts';
import { sendEvidence, showEvidence } from './evidence-page.ts';
import { remindFrom } from './reminders.ts';
import { beginReview, showNewReview } from './review-form-page.ts';
import { showReviews } from './review-list-page.ts';
import { showReview } from './review-page.ts';

/**
 * Reviews of who is still needed. Who may read users looks at them, who may write users begins and decides them; whoever is asked answers,
 * whatever their rights.
 */
export function reviewsController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('users', 'read');
  const write = requireRight('users', 'write');

  router.get('/reviews', requireSignIn, (req, res) => showReviews(app, req, res));
  router.get('/reviews/new', write, (req, res) => showNewReview(app, req, res));
  router.post('/reviews', write, (req, res) => beginReview(app, req, res));
  router.get('/reviews/:id', read, async (req, res) => showReview(app, req, res, await reviewOf(app, req)));
  router.get('/reviews/:id/answers', requireSignIn, async (req, res) =>
    showAnswers(app, req, res, await reviewOf(app, req)),
  );
  const lettingOff = confirmed(app, async (req) => letsOffByAnswers(app, req, await reviewOf(app, req)));
  router.post('/reviews/:id/answers', requireSignIn, lettingOff, async (req: Request, res: Response) =>
    saveAnswers(app, req, res, await reviewOf(app, req)),
  );
  router.post('/reviews/:id/reminders', write, async (req, res) => remindFrom(app, req, res, await reviewOf(app, req)));
  router.post('/reviews/:id/decisions', write, async (req, res) =>
    beginDecisions(app, req, res, await reviewOf(app, req)),
  );
  router.get('/reviews/:id/evidence', read, async (req, res) => showEvidence(app, req, res, await reviewOf(app, req)));
  router.get('/reviews/:id/evidence/file', read, confirmed(app), async (req: Request, res: Response) =>
    sendEvidence(app, req, res, await reviewOf(app, req)),
  );

  router.post('/reviews/:id/closure', write, async (req: Request, res: Response) => {
    const review = await reviewOf(app, req);
    const isClosed = await app.db.write((trx) => closeReview(trx, actOf(app, req), review));
    flash(req, isClosed ? 'The review is closed, and what was said is sealed.' : 'The review was closed before.');
    res.redirect(303, `/reviews/${review.id}`);
  });

  router.delete('/reviews/:id/repetition', write, async (req: Request, res: Response) => {
    const review = await reviewOf(app, req);
    await app.db.write((trx) => endRepetition(trx, actOf(app, req), review));
    flash(req, 'No other review begins after this one by itself.');
    res.redirect(303, `/reviews/${review.id}`);
  });

  return router;
}

async function reviewOf(app: AppContext, req: Request): Promise<Review> {
  return findReview(app.db.read, addressedId(req));
}
