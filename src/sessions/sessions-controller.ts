import { Router } from 'express';
import { circumstances } from '../web/act.ts';
import type { AppContext } from '../web/app-context.ts';
import { newSession, startSession } from '../web/authentication.ts';
import { flash } from '../web/flash.ts';
import { typedFields } from '../web/form.ts';
import { readKept } from '../web/kept-form.ts';
import { safePath } from '../web/safe-path.ts';
import { showSignIn } from '../web/sign-in-page.ts';
import { visitorOf } from './visitor.ts';

/** The same words for every kind of refusal (R24). */
const REFUSED =
  'That did not work. Check the name and the password; after several failed attempts an account is locked for a while.';

export function sessionsController(app: AppContext): Router {
  const router = Router();

  router.get('/session/new', async (req, res) => {
    if (req.viewer) return res.redirect(303, '/');
    await showSignIn(app, req, res, { identifier: '', next: safePath(req.query.next) ?? '' });
  });

  router.post('/session', async (req, res) => {
    const typed = typedFields(req.body, ['identifier', 'password', 'next', 'kept']) as Record<string, string>;
    const { identifier, password, next } = typed;
    const kept = readKept(typed.kept);
    const { user, triedId } = await app.signIn.byPassword(
      circumstances(app, req),
      identifier,
      password,
      visitorOf(app, req),
    );
    req.told = { outcome: user ? 'signed in' : 'sign-in refused', userId: triedId };
    const shown = { identifier: identifier.slice(0, 254), next: safePath(next) ?? '' };
    if (!user) return showSignIn(app, req, res, shown, { error: REFUSED, kept });
    await startSession(app, req, res, user);
    req.session.kept = kept;
    res.redirect(303, kept?.path ?? safePath(next) ?? '/');
  });

  router.delete('/session', async (req, res) => {
    await newSession(req);
    flash(req, 'You are signed out.');
    res.redirect(303, '/session/new');
  });

  return router;
}
