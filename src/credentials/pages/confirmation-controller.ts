import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { typedFields } from '../../forms/form.ts';
import { optionsFor } from '../../passkeys/asking.ts';
import { askedIn } from '../../sessions/pages/asked.ts';
import { askFor, confirmSession, WRONG_PROOF } from '../../sessions/pages/confirmed.ts';
import { isProven } from '../../sessions/pages/proof.ts';
import { NotFound } from '../../verbs/refusals.ts';
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

  router.post('/credentials/confirmation/challenge', async (req, res) => {
    typedFields(req.body, ['next', '_back', '_sealed', 'credential']);
    const options = await optionsFor(app, askedIn(req, 'confirmation'), req.viewer!.id);
    if (!options) throw new NotFound('You have no passkey for this place.');
    res.json(options);
  });

  return router;
}
