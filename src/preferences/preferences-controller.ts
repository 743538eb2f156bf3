import { Router } from 'express';
import type { AppContext } from '../web/app-context.ts';
import { typedFields } from '../web/form.ts';
import { cookieOf, knownChoice, PREFERENCES } from '../web/preferences.ts';
import { isHtmx, render } from '../web/render.ts';
import { safePath } from '../web/safe-path.ts';

const YEAR = 365 * 24 * 3_600_000;

/** Theme, density and shortcuts, for this browser. */
export function preferencesController({ config }: AppContext): Router {
  const router = Router();

  router.get('/preferences', (req, res) => render(req, res, 'preferences/show', { title: 'Preferences' }));

  router.post('/preferences', (req, res) => {
    const typed = typedFields(req.body, [...PREFERENCES.map(({ name }) => name), 'next']) as Record<string, string>;
    for (const { name } of PREFERENCES) {
      const value = knownChoice(name, typed[name]);
      if (value)
        res.cookie(cookieOf(name), value, {
          maxAge: YEAR,
          sameSite: 'lax',
          httpOnly: true,
          secure: config.secure,
          path: '/',
        });
    }
    if (isHtmx(req)) res.status(204).end();
    else res.redirect(303, safePath(typed.next) ?? '/preferences');
  });

  return router;
}
