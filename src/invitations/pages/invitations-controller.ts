import { type Request, Router } from 'express';
import { waitsForInvitation } from '../../access/admission.ts';
import { NO_RIGHTS } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { instant, minuteOf } from '../../clock.ts';
import { typedFields } from '../../forms/form.ts';
import { findOverLink } from '../../one-time-links/over-link.ts';
import { oneTimeLinkController } from '../../one-time-links/pages/one-time-link-controller.ts';
import { showOverLink } from '../../one-time-links/pages/over-link.ts';
import { readSealedLink } from '../../one-time-links/sealed-link.ts';
import { circumstances, firstEntry } from '../../sessions/pages/act.ts';
import { startSession } from '../../sessions/pages/authentication.ts';
import { recordSignIn } from '../../sessions/recorded-sign-in.ts';
import { findUsers } from '../../users/user-store.ts';
import { Gone } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { askForInvitation } from '../actions/invitation-asked-for.ts';

/** An invited person opens their link, chooses a password and is signed in. */
export function invitationsController(app: AppContext): Router {
  const router = Router();

  // Makes no link: whoever has an old one need not be who is invited.
  router.post('/invitations/requests', async (req, res) => {
    const over = await expiredBy(req);
    const [user] = await findUsers(app.db.read, [over.link.userId]);
    if (req.isLate || !user || !waitsForInvitation(user, minuteOf(app.clock())))
      return showOverLink(app, req, res, over);
    const asked = { ...circumstances(app, req), by: { id: user.id, name: user.name, rights: NO_RIGHTS } };
    await app.db.write(async (trx) => {
      await app.addressLimiter.takeIn(trx, asked.address);
      await askForInvitation(trx, asked, over.link, user);
    });
    flash(req, 'They are told. When the new invitation is there, open the link in it.');
    res.redirect(303, '/session/new');
  });

  /** The expired invitation whose sealed form asks. */
  async function expiredBy(req: Request) {
    const { sealed } = typedFields(req.body, ['sealed']);
    const id = readSealedLink(sealed, 'invitation', app.actSettings.links.secret);
    const over = await findOverLink(app.db.read, 'invitation', { id: id ?? 0 }, instant(app.clock()));
    if (over?.end !== 'expired') throw new Gone('This link can no longer be used. Open the newest one.');
    return over;
  }

  return router.use(linkPages(app));
}

function linkPages(app: AppContext): Router {
  return oneTimeLinkController(app, {
    purpose: 'invitation',
    base: '/invitations',
    view: 'invitations/new',
    title: 'Welcome',
    how: 'chosen',
    async finish(req, res, user) {
      await app.db.write((trx) => recordSignIn(trx, user.id, firstEntry(app, req)));
      await startSession(app, req, res, user);
      flash(req, `Welcome, ${user.name}. Your password is set, and you are signed in.`);
      res.redirect(303, '/me');
    },
  });
}
