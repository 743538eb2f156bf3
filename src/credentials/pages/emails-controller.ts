import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { FieldErrors, typedFields } from '../../forms/form.ts';
import {
  type EmailChange,
  findEmailChange,
  isSealOf,
  sealEmailChange,
  userOfSeal,
} from '../../one-time-links/email-change-store.ts';
import { tokenAsSent } from '../../one-time-links/token-as-sent.ts';
import { actOf } from '../../sessions/pages/act.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import { Gone } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { LATE } from '../../web/http-error.ts';
import { render } from '../../web/render.ts';
import { takeOwnEmail } from '../actions/own-email.ts';

declare module 'express-session' {
  interface SessionData {
    /** The seal of the change of email whose link this browser opened last. */
    email?: string;
  }
}

const ENDED = 'It may have expired, been used, or been replaced by a newer one. Ask for another under My credentials.';
const TAKEN = 'Meanwhile somebody else has this email. Nothing was changed.';

/**
 * The pages behind the link to a new email: as with other links, the address only opens them and sending the form uses the link up
 * (R33, R45). Whoever reads the mails there need not be signed in: the password was asked for before the link was made.
 */
export function emailsController(app: AppContext): Router {
  const router = Router();
  const { secret } = app.actSettings.links;

  router.get('/emails/confirmation/new', async (req, res) => show(req, res, await openedBy(req.session.email)));

  router.get('/emails/:token', async (req, res) => {
    // Mail programs and people take a full stop or a bracket along that stood behind the link.
    const token = tokenAsSent(req.params.token);
    const change = await findEmailChange(app.db.read, { token }, instant(app.clock()));
    if (!change) throw new Gone(ENDED);
    req.session.email = sealEmailChange(change, secret);
    res.redirect(303, '/emails/confirmation/new');
  });

  router.post('/emails/confirmation', async (req, res) => {
    const { sealed } = typedFields(req.body, ['sealed']);
    const { change, user } = await openedBy(sealed);
    if (req.isLate) return show(req, res, { change, user }, LATE);
    const act = actOf(app, req, { id: user.id, name: user.name, rights: {} });
    await app.db
      .write((trx) => takeOwnEmail(trx, act, change))
      .catch((error) => {
        throw error instanceof FieldErrors ? new Gone(TAKEN) : error;
      });
    flash(req, `The system email of ${user.name} is ${change.email} from now on.`);
    res.redirect(303, req.viewer?.id === user.id ? '/credentials' : '/session/new');
  });

  /** The change for which this was sealed, while it stands, and whose it is. */
  async function openedBy(sealed = ''): Promise<{ change: EmailChange; user: User }> {
    const userId = userOfSeal(sealed);
    const change = userId && (await findEmailChange(app.db.read, { userId }, instant(app.clock())));
    if (!change || !isSealOf(sealed, change, secret)) throw new Gone(ENDED);
    const [user] = await findUsers(app.db.read, [change.userId]);
    return { change, user };
  }

  function show(
    req: Request,
    res: Response,
    { change, user }: { change: EmailChange; user: User },
    late?: string,
  ): void {
    const page = { title: 'Confirm your email', change, user, sealed: sealEmailChange(change, secret), late };
    render(req, res, 'credentials/email-confirmation', page, { status: late ? 422 : 200 });
  }

  return router;
}
