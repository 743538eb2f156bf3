import { type Request, type Response, Router } from 'express';
import { isAnyAdministrator } from '../users/administrators.ts';
import { circumstances } from '../web/act.ts';
import type { AppContext } from '../web/app-context.ts';
import { newSession, startSession } from '../web/authentication.ts';
import { flash } from '../web/flash.ts';
import { typedFields } from '../web/form.ts';
import { render } from '../web/render.ts';
import { safePath } from '../web/safe-path.ts';
import { visitorOf } from './visitor.ts';

/** The same words for every kind of refusal (R24). */
const REFUSED =
  'That did not work. Check the name and the password; after several failed attempts an account is locked for a while.';

export function sessionsController(app: AppContext): Router {
  const router = Router();

  router.get('/session/new', async (req, res) => {
    if (req.viewer) return res.redirect(303, '/');
    await show(req, res, { identifier: '', next: safePath(req.query.next) ?? '' });
  });

  router.post('/session', async (req, res) => {
    const { identifier, password, next } = typedFields(req.body, ['identifier', 'password', 'next']) as Record<
      string,
      string
    >;
    const user = await app.signIn.byPassword(circumstances(app, req), identifier, password, visitorOf(app, req));
    if (!user) return show(req, res, { identifier: identifier.slice(0, 254), next: safePath(next) ?? '' }, REFUSED);
    await startSession(app, req, res, user);
    res.redirect(303, safePath(next) ?? '/');
  });

  router.delete('/session', async (req, res) => {
    await newSession(req);
    flash(req, 'You are signed out.');
    res.redirect(303, '/session/new');
  });

  async function show(
    req: Request,
    res: Response,
    typed: { identifier: string; next: string },
    error?: string,
  ): Promise<void> {
    const isSetUp = await isAnyAdministrator(app.db.read);
    const page = { title: 'Sign in', typed, error, isSetUp, mayMail: app.mail !== undefined };
    render(req, res, 'sessions/new', page, { status: error ? 422 : 200 });
  }

  return router;
}
