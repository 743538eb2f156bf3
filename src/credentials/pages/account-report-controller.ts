import { Router } from 'express';
import { findLastAdministrator } from '../../access/administrators.ts';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { newSession } from '../../sessions/pages/authentication.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { reportAccount } from '../actions/account-report.ts';

/** *This was not me*. It asks for no password: whoever is in a hurry to close the account may be the one who lost it. */
export function accountReportController(app: AppContext): Router {
  const router = Router();

  router.get('/credentials/report/new', async (req, res) => {
    const { id } = req.viewer!;
    const isLast = (await findLastAdministrator(app.db.read, [id], instant(app.clock()))) === id;
    const page = { title: 'This was not me', isLast, mayMail: app.mail !== undefined, email: req.viewer!.user.email };
    render(req, res, 'credentials/report', page, { fragments: { 'dialog-body': 'credentials/_report' } });
  });

  router.post('/credentials/report', async (req, res) => {
    const act = actOf(app, req);
    await app.db.write((trx) => reportAccount(trx, act));
    await newSession(req);
    flash(req, app.mail ? SECURED : SECURED_WITHOUT_MAIL);
    res.redirect(303, '/session/new');
  });

  return router;
}

const ENDED = 'Your account is secured: every session and link has ended, and the password is void.';
const SECURED = `${ENDED} The administrators are told. To get in again, choose a new password by “Forgot password?”.`;
const SECURED_WITHOUT_MAIL = `${ENDED} No mail goes out here: tell an administrator, who gives you a link to get in again.`;
