import type { Request } from 'express';
import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { findLink } from '../../one-time-links/open-links.ts';
import { oneTimeLinkController } from '../../one-time-links/pages/one-time-link-controller.ts';
import { shortestPasswordOf } from '../../second-factors/second-factor-store.ts';
import { newSession } from '../../sessions/pages/authentication.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { typedPassword } from '../new-password.ts';
import { personalWords } from '../password.ts';
import { strengthOf } from '../password-strength.ts';
import { resetRequestsController } from './reset-requests-controller.ts';

/** Choosing a new password by a link, asking for one, and how strong a password is. */
export function passwordsController(app: AppContext): Router {
  const router = Router();

  router.post('/passwords/strength', async (req, res) => {
    // Only for who has a password to choose: for everybody else it would be work for nothing.
    if (!req.viewer && !req.session.link && !req.session.setup) return void res.status(204).end();
    const user = await userOf(req);
    const words = user ? personalWords(user, app.config.instanceName) : [app.config.instanceName];
    const shortest = user && (await shortestPasswordOf(app.db.read, user.id));
    const strength = await strengthOf(typedPassword(req.body).password, words, shortest);
    const page = { title: 'Strength of a password', strength };
    render(req, res, 'passwords/strength', page, { fragments: { 'password-strength': 'passwords/_strength' } });
  });

  router.use(resetRequestsController(app));

  // A reset does not sign in: whoever has the link need not be who has the second factor (R42).
  router.use(
    oneTimeLinkController(app, {
      purpose: 'password-reset',
      base: '/passwords',
      view: 'passwords/new',
      title: 'Choose a new password',
      how: 'reset',
      async finish(req, res) {
        await newSession(req);
        flash(req, 'Your new password is set. Sign in with it.');
        res.redirect(303, '/session/new');
      },
    }),
  );

  /** Whose password is being chosen; nobody's yet during setup. */
  async function userOf(req: Request): Promise<User | undefined> {
    const remembered = req.session.link;
    const link = remembered && (await findLink(app.db.read, remembered.purpose, remembered.id, instant(app.clock())));
    const id = link?.userId ?? req.viewer?.id;
    const [user] = id === undefined ? [] : await findUsers(app.db.read, [id]);
    return user;
  }

  return router;
}
