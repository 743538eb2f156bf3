import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { type Errors, typedFields } from '../../forms/form.ts';
import { findEmailChange } from '../../one-time-links/email-change-store.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { visitorOf } from '../../sessions/pages/visitor.ts';
import { WRONG_PASSWORD } from '../../sessions/pages/with-password.ts';
import { findUsers } from '../../users/user-store.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { askForOwnEmail, keepOwnEmail } from '../actions/own-email.ts';
import { checkOwnEmail } from '../own-email-form.ts';

/** Another system email for oneself: asked for here, and taken when the link that is mailed there is opened. */
export function ownEmailController(app: AppContext): Router {
  const router = Router();

  router.get('/credentials/email/edit', (req, res) => show(req, res, ''));

  router.put('/credentials/email', async (req, res) => {
    if (!app.mail) throw new NotFound();
    const typed = typedFields(req.body, ['email', 'current']);
    const [user] = await findUsers(app.db.read, [req.viewer!.id]);
    const { values, errors } = checkOwnEmail(typed, user.email);
    // What will not do costs no attempt (R7).
    if (errors) return show(req, res, typed.email, errors);
    const act = actOf(app, req);
    if (!(await app.signIn.confirmPassword(act, user, typed.current, visitorOf(app, req))))
      return show(req, res, typed.email, { current: WRONG_PASSWORD });
    await app.db.write((trx) => askForOwnEmail(trx, { ...act, at: instant(app.clock()) }, user, values.email));
    flash(req, `If nobody else has ${values.email}, a link is on its way there. Until it is opened everything stays.`);
    res.redirect(303, '/credentials');
  });

  router.delete('/credentials/email', async (req, res) => {
    const act = actOf(app, req);
    const waits = await findEmailChange(app.db.read, { userId: req.viewer!.id }, act.at);
    if (waits) await app.db.write((trx) => keepOwnEmail(trx, act, req.viewer!));
    flash(req, `Your system email stays ${req.viewer!.user.email}.`);
    res.redirect(303, '/credentials');
  });

  function show(req: Request, res: Response, email: string, errors: Errors = {}): void {
    const status = Object.keys(errors).length > 0 ? 422 : 200;
    const page = {
      title: 'Change email',
      typed: { email: email.slice(0, 300) },
      errors,
      mayMail: app.mail !== undefined,
    };
    render(req, res, 'credentials/email', page, { status });
  }

  return router;
}
