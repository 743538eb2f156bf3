import express, { type Request, type RequestHandler, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import type { User } from '../../users/user.ts';
import { flash } from '../../web/flash.ts';
import { safePath } from '../../web/safe-path.ts';
import { circumstances } from './act.ts';
import { newSession } from './authentication.ts';
import { arrive, askForFactor, pendingFactorController } from './pending-factor.ts';
import { showSignIn } from './sign-in-page.ts';
import { lateWords, REFUSED, typedSignIn } from './typed-sign-in.ts';
import { visitorOf } from './visitor.ts';

/** Reads the sign-in, which carries along what was typed before: as much as the longest form has. */
export function readSignIns(): RequestHandler {
  const router = Router();
  const read = express.urlencoded({ extended: false, limit: '1mb' });
  router.post('/session', read);
  router.post('/session/passkey', read);
  return router;
}

export function sessionsController(app: AppContext): Router {
  const router = Router();

  router.get('/session/new', async (req, res) => {
    if (req.viewer) return res.redirect(303, '/');
    const isUndone = req.query.undone !== undefined;
    await showSignIn(app, req, res, { identifier: '', next: safePath(req.query.next) ?? '' }, { isUndone });
  });

  router.post('/session', async (req, res) => {
    const { identifier, password, next, shown, kept } = typedSignIn(req);
    if (req.isLate) return showSignIn(app, req, res, shown, { late: lateWords(req), kept });
    const { user, isPending } = await signInBy(req, identifier, password);
    if (!user) return showSignIn(app, req, res, shown, { error: REFUSED, kept });
    if (isPending) return askForFactor(req, res, user, { next, kept });
    await arrive(app, req, res, user, { next, kept, password });
  });

  async function signInBy(
    req: Request,
    identifier: string,
    password: string,
  ): Promise<{ user: User | undefined; isPending: boolean }> {
    const asked = circumstances(app, req);
    const { user, isPending, triedId } = await app.signIn.byPassword(asked, identifier, password, visitorOf(app, req));
    const outcome = isPending ? 'second factor asked for' : user ? 'signed in' : 'sign-in refused';
    req.told = { outcome, userId: triedId };
    return { user, isPending };
  }

  router.use(pendingFactorController(app));

  router.delete('/session', async (req, res) => {
    await newSession(req);
    flash(req, 'You are signed out.');
    res.redirect(303, '/session/new');
  });

  return router;
}
