import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { type Errors, typedFields } from '../../forms/form.ts';
import { circumstances } from '../../sessions/pages/act.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { LATE } from '../../web/http-error.ts';
import { render } from '../../web/render.ts';
import { requestReset } from '../reset-request-store.ts';

const LONGEST_IDENTIFIER = 254;
/** The same words whether there is such a user or not (R26). */
const ASKED =
  'If this is the name or email of an active user, a link to choose a new password is on its way to their system email. Look into your spam folder as well.';

/** *Forgot password?*: asking for a link by mail. Where no mail goes out there is no such page. */
export function resetRequestsController(app: AppContext): Router {
  const router = Router();

  router.get('/passwords/requests/new', (req, res) => show(req, res));

  router.post('/passwords/requests', async (req, res) => {
    if (!app.mail) throw new NotFound();
    const { identifier } = typedFields(req.body, ['identifier']);
    if (req.isLate) return show(req, res, identifier, {}, LATE);
    const mistake = mistakeIn(identifier);
    if (mistake) return show(req, res, identifier, { identifier: mistake });
    await ask(req, identifier);
    flash(req, ASKED);
    res.redirect(303, '/session/new');
  });

  async function ask(req: Request, identifier: string): Promise<void> {
    const { at, address, requestId } = circumstances(app, req);
    await app.db.write(async (trx) => {
      await app.addressLimiter.takeIn(trx, address);
      await requestReset(trx, identifier, { at, address, requestId });
    });
  }

  function show(req: Request, res: Response, identifier = '', errors: Errors = {}, late?: string): void {
    if (!app.mail) throw new NotFound();
    const status = Object.keys(errors).length > 0 || late ? 422 : 200;
    render(
      req,
      res,
      'passwords/request',
      { title: 'Forgot password?', typed: { identifier: identifier.slice(0, LONGEST_IDENTIFIER) }, errors, late },
      { status },
    );
  }

  return router;
}

function mistakeIn(identifier: string): string | undefined {
  if (identifier.trim() === '' || identifier.includes('\0')) return 'Enter your name or your system email.';
  return identifier.length > LONGEST_IDENTIFIER ? `At most ${LONGEST_IDENTIFIER} characters.` : undefined;
}
