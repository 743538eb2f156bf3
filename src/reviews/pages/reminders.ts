import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { typedFields } from '../../forms/form.ts';
import { readIds } from '../../lists/exceptions.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { counted } from '../../text/text.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { remind } from '../actions/reminding.ts';
import { findQuestions } from '../question-store.ts';
import type { Review } from '../review.ts';
import { findReviewers } from '../reviewer-store.ts';

/** Those who are named are reminded now, or all who have not answered. */
export async function remindFrom(app: AppContext, req: Request, res: Response, review: Review): Promise<void> {
  const ids = readIds([String(typedFields(req.body, ['reviewer']).reviewer)]);
  if (review.closedAt !== null) throw new Conflict('This review is closed.');
  if (!app.mail) throw new Conflict('No mail goes out here.');
  const reminded = await app.db.write(async (trx) => {
    const all = await findReviewers(trx, review.id);
    const reviewers = ids.length === 0 ? all : all.filter(({ userId }) => ids.includes(userId));
    return remind(trx, actOf(app, req), review, { reviewers, questions: await findQuestions(trx, review.id) });
  });
  flash(
    req,
    reminded.length > 0
      ? `${counted(reminded.length, 'person is', 'people are')} reminded. The mails are on their way.`
      : 'Everybody has answered already.',
  );
  res.redirect(303, `/reviews/${review.id}`);
}
