import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { forgetDevice } from '../../sessions/actions/remembered-device.ts';
import { endOneSession, endOtherSessions } from '../../sessions/actions/sessions-ended.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { signInHistory } from '../../sessions/pages/sign-in-history.ts';
import { idIn } from '../../text/record-id.ts';
import { counted } from '../../text/text.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';

/** Where the signed-in user is signed in besides, and how they came in. */
export function ownSessionsController(app: AppContext): Router {
  const router = Router();

  router.get('/credentials/sign-ins', async (req, res) => {
    const history = await signInHistory(app.db.read, req.viewer!.id);
    render(req, res, 'credentials/sign-ins', { title: 'My sign-ins', history });
  });

  router.delete('/credentials/sessions', async (req, res) => {
    const act = actOf(app, req);
    const ended = await app.db.write((trx) => endOtherSessions(trx, act, req.viewer!, req.sessionID));
    flash(req, ended === 0 ? 'No other session of yours was open.' : `${counted(ended, 'other session')} ended.`);
    res.redirect(303, '/credentials');
  });

  router.delete('/credentials/devices/:id', async (req, res) => {
    const act = actOf(app, req);
    const id = idIn(req.params.id) ?? 0;
    const isForgotten = await app.db.write((trx) => forgetDevice(trx, act, req.viewer!.user, id));
    flash(
      req,
      isForgotten ? 'Your second factor is asked for there again.' : 'That device was not remembered any more.',
    );
    res.redirect(303, '/credentials');
  });

  router.delete('/credentials/sessions/:handle', async (req, res) => {
    const act = actOf(app, req);
    const isEnded = await app.db.write((trx) => endOneSession(trx, act, req.viewer!, req.params.handle));
    flash(req, isEnded ? 'That session has ended.' : 'That session had ended already.');
    res.redirect(303, '/credentials');
  });

  return router;
}
