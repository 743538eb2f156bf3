import { Router } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { findUsers } from '../../users/user-store.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { sendTestMail } from '../actions/test-mail.ts';
import { installationPage } from './installation-page.ts';

/** Where this Roster runs, for those who look after it. */
export function installationController(app: AppContext): Router {
  const router = Router();

  router.get('/installation', requireRight('settings', 'read'), async (req, res) => {
    const mayTest = may(req.viewer!, 'settings', 'write');
    render(req, res, 'installation/show', { ...(await installationPage(app, req.viewer!.id, formatOf(req))), mayTest });
  });

  router.post('/installation/test-mails', requireRight('settings', 'write'), async (req, res) => {
    if (!app.mail) throw new Conflict('No mail goes out from here: SMTP_URL and MAIL_FROM are not given.');
    const [user] = await findUsers(app.db.read, [req.viewer!.id]);
    await app.db.write((trx) => sendTestMail(trx, actOf(app, req), user));
    flash(req, `A test mail goes to ${user.email}. Reload this page to see what became of it.`);
    res.redirect(303, '/installation');
  });

  return router;
}
