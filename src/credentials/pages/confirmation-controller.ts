import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { typedFields } from '../../forms/form.ts';
import { askFor, confirmSession, WRONG_PROOF } from '../../sessions/pages/confirmed.ts';
import { isProven } from '../../sessions/pages/proof.ts';
import { safePath } from '../../web/safe-path.ts';

/** Somebody shows that it is they before a page that asks for it, such as a file. */
export function confirmationController(app: AppContext): Router {
  const router = Router();

  router.get('/credentials/confirmation/new', async (req, res) => {
    const { next, back } = req.query;
    await askFor(app, req, res, { next: safePath(next) ?? '/credentials', backPath: safePath(back) });
  });

  router.post('/credentials/confirmation', async (req, res) => {
    const { next, _back: back } = typedFields(req.body, ['next', '_back']);
    const to = { next: safePath(next) ?? '/credentials', backPath: safePath(back) };
    if (!(await isProven(app, req))) return askFor(app, req, res, { ...to, error: WRONG_PROOF });
    await confirmSession(app, req);
    res.redirect(303, to.next);
  });

  return router;
}
