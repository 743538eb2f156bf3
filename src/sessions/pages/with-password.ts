import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { type Errors, typedFields } from '../../forms/form.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { actOf } from './act.ts';
import { visitorOf } from './visitor.ts';

export const WRONG_PASSWORD = 'This is not your current password, or the account is locked for a while.';

/** What is done for whoever gives their current password with it: returns where it leads. */
export type Deed = (trx: Transaction, act: Act, user: User) => Promise<string>;

/** Does it for whoever gives their current password with it, which counts like a sign-in (R7); otherwise the form is shown again. */
export async function withPassword(
  app: AppContext,
  req: Request,
  res: Response,
  work: Deed,
  showAgain: (errors: Errors) => unknown,
): Promise<void> {
  const [user] = await findUsers(app.db.read, [req.viewer!.id]);
  const { current } = typedFields(req.body, ['current']);
  const act = actOf(app, req);
  if (!(await app.signIn.confirmPassword(act, user, current, visitorOf(app, req))))
    return void (await showAgain({ current: WRONG_PASSWORD }));
  res.redirect(303, await app.db.write((trx) => work(trx, { ...act, at: instant(app.clock()) }, user)));
}
