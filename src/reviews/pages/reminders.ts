import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { MINUTE } from '../../clock.ts';
import { typedFields } from '../../forms/form.ts';
import { readIds } from '../../lists/exceptions.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { counted } from '../../text/text.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { remind } from '../actions/reminding.ts';
import { findQuestions } from '../question-store.ts';
import type { Review, Reviewer } from '../review.ts';
import { findReviewers } from '../reviewer-store.ts';

/** Those who are named are reminded now, or all who have not answered. */
export async function remindFrom(app: AppContext, req: Request, res: Response, review: Review): Promise<void> {
  const ids = readIds([typedFields(req.body, ['reviewer']).reviewer]);
  if (review.closedAt !== null) throw new Conflict('This review is closed.');
  if (!app.mail) throw new Conflict('No mail goes out here.');
  const reminded = await app.db.write(async (trx) => {
    const now = app.clock();
    const all = await findReviewers(trx, review.id);
    const reviewers = all.filter((one) => (ids.length === 0 || ids.includes(one.userId)) && !isJustReminded(one, now));
    return remind(trx, actOf(app, req), review, { reviewers, questions: await findQuestions(trx, review.id) });
  });
  flash(
    req,
    reminded.length > 0
      ? `${counted(reminded.length, 'person is', 'people are')} reminded. The mails are on their way.`
      : 'Nobody is reminded: they have answered, or were reminded less than 20 minutes ago.',
  );
  res.redirect(303, `/reviews/${review.id}`);
}

/** Who presses twice reminds once. */
function isJustReminded({ reminders, remindedAt }: Reviewer, now: number): boolean {
  const age = now - Date.parse(remindedAt);
  return reminders > 0 && age >= 0 && age < 20 * MINUTE;
}
