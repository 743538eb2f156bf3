import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import type { Contact } from '../../contacts/contact.ts';
import { contactOf } from '../../contacts/pages/addressed-contact.ts';
import { actOf } from '../../sessions/pages/act.ts';
import type { Subject } from '../../users/user.ts';
import { findSubject } from '../../users/user-store.ts';
import { requireAdministered } from '../../verbs/administering.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { render } from '../../web/render.ts';
import { declineOffer, unlinkUser } from '../actions/linking.ts';
import { keepLinking } from './kept-linking.ts';
import { linkFromForm, showLinkForm } from './link-form.ts';

/** Who signs in as a person: linking, unlinking, and what the person's changes offer to the user. */
export function linkedContactsController(app: AppContext): Router {
  const router = Router();
  const write = [requireRight('contacts', 'read'), requireRight('users', 'write')];

  router.get('/contacts/:id/link/new', write, async (req: Request, res: Response) =>
    showLinkForm(app, req, res, { contact: await linkable(req) }),
  );

  router.post('/contacts/:id/link', write, async (req: Request, res: Response) =>
    linkFromForm(app, req, res, await linkable(req)),
  );

  router.get('/contacts/:id/link/delete', write, async (req: Request, res: Response) => {
    const { contact, user } = await linked(req);
    if (!user) throw new Conflict(`${contact.name} is linked to no user.`);
    showUnlinking(req, res, contact, user);
  });

  router.delete('/contacts/:id/link', write, async (req: Request, res: Response) => {
    const { contact } = await linked(req);
    const { linking, undo } = await app.db.write((trx) =>
      keepLinking(trx, actOf(app, req), (act) => unlinkUser(trx, act, contact.id)),
    );
    if (linking) flash(req, `${linking.subject.name} and ${contact.name} are no longer linked.`, { undo });
    else flash(req, `Nothing changed: ${contact.name} is linked to no user.`, { isNothing: true });
    res.redirect(303, `/contacts/${contact.id}`);
  });

  router.delete('/contacts/:id/offer', write, async (req: Request, res: Response) => {
    const { contact } = await linked(req);
    await app.db.write((trx) => declineOffer(trx, actOf(app, req), contact.id));
    flash(req, 'The user stays as it is.');
    res.redirect(303, `/contacts/${contact.id}`);
  });

  async function linkable(req: Request): Promise<Contact> {
    const { contact } = await contactOf(app, req);
    if (contact.kind !== 'person') throw new Conflict('Only a person can be linked to a user.');
    if (contact.activity === 'deleted') throw new Conflict(`${contact.name} is deleted.`);
    return contact;
  }

  /** The contact with its user, whom the viewer may change. */
  async function linked(req: Request): Promise<{ contact: Contact; user: Subject | undefined }> {
    const { contact } = await contactOf(app, req);
    if (contact.userId === null) return { contact, user: undefined };
    const user = await findSubject(app.db.read, contact.userId, minuteOf(app.clock()));
    requireAdministered(req.viewer!, user);
    return { contact, user };
  }

  return router;
}

function showUnlinking(req: Request, res: Response, contact: Contact, user: Subject): void {
  render(req, res, 'contacts/action', {
    title: `Unlink user: ${contact.name}`,
    contact,
    button: 'Unlink user',
    isDangerous: false,
    action: `/contacts/${contact.id}/link`,
    method: 'delete',
    consequences: [
      `The user ${user.name} stays and can sign in as before, linked to nobody.`,
      'The contact stays as it is. Both can be linked again, to each other or to others.',
    ],
  });
}
