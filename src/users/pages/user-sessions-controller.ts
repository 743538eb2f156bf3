import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { endOneSession } from '../../sessions/actions/sessions-ended.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { signInHistory } from '../../sessions/pages/sign-in-history.ts';
import { requireAdministered } from '../../verbs/administering.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { render } from '../../web/render.ts';
import { OWN_SESSIONS } from '../actions/session-ending.ts';
import { subjectOf } from './addressed-user.ts';

/** How a user comes in: the history of their sign-ins, and their sessions one by one. */
export function userSessionsController(app: AppContext): Router {
  const router = Router();

  router.get('/users/:id/sign-ins', requireRight('users', 'read'), async (req, res) => {
    const user = await subjectOf(app, req);
    const history = await signInHistory(app.db.read, user.id);
    render(req, res, 'users/sign-ins', { title: `Sign-ins of ${user.name}`, user, history });
  });

  router.delete('/users/:id/sessions/:handle', requireRight('users', 'write'), async (req, res) => {
    const user = await subjectOf(app, req);
    requireAdministered(req.viewer!, user);
    if (user.id === req.viewer!.id) throw new Forbidden(`${user.name} ${OWN_SESSIONS}.`);
    const act = actOf(app, req);
    const isEnded = await app.db.write((trx) => endOneSession(trx, act, user, String(req.params.handle)));
    const said = isEnded
      ? `That session of ${user.name} has ended.`
      : 'Nothing changed: that session had ended already.';
    flash(req, said, { path: `/users/${user.id}` });
    res.redirect(303, `/users/${user.id}`);
  });

  return router;
}
