import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { mayAdminister } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { recordRefusal } from '../../audit/pages/refusal-recording.ts';
import { dayOf } from '../../clock.ts';
import { type Contact, warnedAccounts } from '../../contacts/contact.ts';
import { contactOf } from '../../contacts/pages/addressed-contact.ts';
import { optional } from '../../forms/fields.ts';
import { checkForm, type Errors, FieldErrors, RefusedFields, type Typed, typedFields } from '../../forms/form.ts';
import { type Picker, picked, type Searches, soughtIn } from '../../forms/picker.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { findUsersCalled, suggestedByName } from '../../users/list/user-suggestions.ts';
import type { Subject } from '../../users/user.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findSubject, findSubjects } from '../../users/user-store.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { pickersOf } from '../../web/picker.ts';
import { render } from '../../web/render.ts';
import { declineOffer, linkUser, unlinkUser } from '../actions/linking.ts';

const fields = z.object({
  /** Name or system email. */
  user: optional(254, 'At most 254 characters.').refine((text) => text.length > 0, 'Name the user.'),
  acceptAccounts: z.string().transform((text) => text !== ''),
});

/** Who signs in as a person: linking, unlinking, and what the person's changes offer to the user. */
export function contactLinksController(app: AppContext): Router {
  const router = Router();
  const write = [requireRight('contacts', 'read'), requireRight('users', 'write')];

  router.get('/contacts/:id/link/new', write, async (req: Request, res: Response) =>
    showForm(req, res, await linkable(req), typedLink({})),
  );

  router.post('/contacts/:id/link', write, async (req: Request, res: Response) => {
    const contact = await linkable(req);
    const typed = typedLink(req.body);
    if (typed.step) return showForm(req, res, contact, typed);
    const { values, errors } = checkForm(fields, typed);
    if (errors) return showForm(req, res, contact, typed, errors);
    try {
      const link = { user: values.user, isAccepted: values.acceptAccounts };
      const user = await app.db.write((trx) => linkUser(trx, actOf(app, req), contact.id, link));
      flash(req, `${user.name} signs in as ${contact.name}.`);
      res.redirect(303, `/contacts/${contact.id}`);
    } catch (error) {
      if (!(error instanceof FieldErrors)) throw error;
      if (error instanceof RefusedFields) await recordRefusal(app, req, error.message);
      await showForm(req, res, contact, typed, error.errors);
    }
  });

  router.get('/contacts/:id/link/delete', write, async (req: Request, res: Response) => {
    const { contact, user } = await linked(req);
    if (!user) throw new Conflict(`${contact.name} is linked to no user.`);
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
  });

  router.delete('/contacts/:id/link', write, async (req: Request, res: Response) => {
    const { contact } = await linked(req);
    const user = await app.db.write((trx) => unlinkUser(trx, actOf(app, req), contact.id));
    flash(
      req,
      user
        ? `${user.name} and ${contact.name} are no longer linked.`
        : `Nothing changed: ${contact.name} is linked to no user.`,
    );
    res.redirect(303, `/contacts/${contact.id}`);
  });

  router.delete('/contacts/:id/offer', write, async (req: Request, res: Response) => {
    const { contact } = await linked(req);
    await app.db.write((trx) => declineOffer(trx, actOf(app, req), contact.id));
    flash(req, 'The user stays as it is.');
    res.redirect(303, `/contacts/${contact.id}`);
  });

  async function showForm(
    req: Request,
    res: Response,
    contact: Contact,
    typed: Typed,
    errors: Errors = {},
  ): Promise<void> {
    const { page: parts, fragments } = pickersOf(req, typed, `/contacts/${contact.id}/link`, [
      await userPicker(req, typed),
    ]);
    const title = `Link a user to ${contact.name}`;
    const page = { title, ...parts, contact, typed, errors, warned: warnedAccounts(contact) };
    render(req, res, 'contacts/link', page, { status: Object.keys(errors).length > 0 ? 422 : 200, fragments });
  }

  /** Who is linked to nobody, and may be changed by the viewer. */
  async function userPicker(req: Request, typed: Typed): Promise<Picker> {
    const viewer = req.viewer!;
    const sought = soughtIn(typed, SEARCHES, 'user');
    const sources = { db: app.db.read, index: app.index, limits: stateLimits(app), viewer };
    const ids = (await findUsersCalled(sources, sought)).filter((one) => one.contactId === null).map((one) => one.id);
    const subjects = await findSubjects(app.db.read, ids, dayOf(app.clock()));
    return {
      field: 'user',
      search: 'user',
      label: 'User',
      help: 'Name or system email of the user.',
      chosen: [],
      found: suggestedByName(subjects.filter((subject) => mayAdminister(viewer, subject))),
      sought,
      nothing: 'Nobody without a contact is found under',
    };
  }

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
    const user = await findSubject(app.db.read, contact.userId, dayOf(app.clock()));
    if (!mayAdminister(req.viewer!, user)) throw new Forbidden(`${user.name} has rights that you do not hold.`);
    return { contact, user };
  }

  return router;
}

const SEARCHES: Searches = { user: 'user' };

function typedLink(body: unknown): Typed {
  return picked(typedFields(body, ['user', 'acceptAccounts', 'step']), SEARCHES);
}
