import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { requireRight } from '../../web/authorization.ts';
import { flash } from '../../web/flash.ts';
import { takeKept } from '../../web/kept-form.ts';
import { readHabits, rememberPageSize } from '../../web/list-habits.ts';
import { render } from '../../web/render.ts';
import { unlessStale } from '../../web/stale-form.ts';
import {
  createContact,
  deleteContact,
  requireEditable,
  restoreContact,
  settled,
  updateContact,
} from '../actions/contact-editing.ts';
import { type Contact, type ContactViewer, mayEdit, maySee } from '../contact.ts';
import { checkContact, emptyContact, typedContact } from '../contact-form.ts';
import { listContacts } from '../contact-list.ts';
import { contactsPath, readContactQuery } from '../contact-list-query.ts';
import { findContactOfAnyOwner, findPeopleOf } from '../contact-store.ts';
import { contactOf, viewerOf } from './addressed-contact.ts';
import { showConflict, showContactForm, typedNow } from './contact-form-page.ts';
import { columnsFor, contactsPage } from './contact-list-page.ts';
import { showRecord, showTimeline } from './contact-record-page.ts';

export function contactsController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('contacts', 'read');
  const write = requireRight('contacts', 'write');

  router.get('/contacts', read, async (req, res) => {
    const viewer = await viewerOf(app, req);
    const { per, folded } = readHabits(req);
    const sorts = columnsFor(viewer).map((column) => column.sort);
    const query = readContactQuery(req.query, sorts, per);
    const list = await listContacts(app.db.read, viewer, query);
    if (list.contacts.length === 0 && (query.after || query.before) && list.counts.total > 0)
      return res.redirect(303, contactsPath(query));
    rememberPageSize(res, '/contacts', query, app.config.secure);
    const page = await contactsPage(app.db.read, { viewer, query, list, folded });
    render(req, res, 'contacts/index', page, { fragments: { 'contacts-list': 'lists/_list' } });
  });

  router.get('/contacts/new', write, async (req, res) => {
    const viewer = await viewerOf(app, req);
    const kept = takeKept(req);
    const empty = emptyContact(req.query.kind === 'company' ? 'company' : 'person', viewer);
    const typed = kept ? { ...typedContact(kept), formKey: empty.formKey } : empty;
    await showContactForm(app, req, res, { viewer, typed, isRestored: kept !== undefined });
  });

  router.post('/contacts', write, async (req, res) => {
    const viewer = await viewerOf(app, req);
    const typed = typedContact(req.body);
    if (typed.step) return showContactForm(app, req, res, { viewer, typed });
    const failed = (errors: Errors) => showContactForm(app, req, res, { viewer, typed, errors, status: 422 });
    const { values, errors } = checkContact(typed);
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      const id = await app.db.write((trx) => createContact(trx, actOf(app, req), values));
      await leadOn(req, res, id, viewer, `${values.name} was created.`);
    });
  });

  router.get('/contacts/:id', read, async (req, res) => {
    const { contact, viewer } = await contactOf(app, req);
    await showRecord(app, req, res, contact, viewer);
  });

  router.get('/contacts/:id/timeline', read, async (req, res) => {
    const { contact, viewer } = await contactOf(app, req);
    await showTimeline(app, req, res, contact, viewer);
  });

  // Who may edit is not said by the right alone: one's own contacts are edited without write.
  router.get('/contacts/:id/edit', read, async (req, res) => {
    const { contact, viewer } = await editable(req);
    const kept = takeKept(req);
    const typed = kept ? typedContact(kept) : await typedNow(app.db.read, contact, viewer);
    await showContactForm(app, req, res, { viewer, typed, contact, isRestored: kept !== undefined });
  });

  router.patch('/contacts/:id', read, async (req, res) => {
    const { contact, viewer } = await editable(req);
    const typed: Typed = { ...typedContact(req.body), kind: contact.kind };
    if (typed.step) return showContactForm(app, req, res, { viewer, typed, contact });
    const failed = (errors: Errors) => showContactForm(app, req, res, { viewer, typed, errors, contact, status: 422 });
    const { values, errors } = checkContact(typed, contact);
    if (errors) return failed(errors);
    const conflict = () => showConflict(app, req, res, { typed, contact, viewer });
    const save = async () => {
      await app.db.write((trx) => updateContact(trx, actOf(app, req), contact.id, Number(typed.version), values));
      await leadOn(req, res, contact.id, viewer, 'Saved.');
    };
    await unlessFieldErrors(app, req, failed, () => unlessStale(conflict, save));
  });

  router.get('/contacts/:id/deletion/new', read, async (req, res) => {
    const { contact, viewer } = await changeable(req);
    const nothing = settled(contact, 'deleted');
    if (nothing) throw new Conflict(nothing);
    const people = await findPeopleOf(app.db.read, viewer, contact, 0);
    render(req, res, 'contacts/action', {
      title: `Delete contact: ${contact.name}`,
      contact,
      button: 'Delete contact',
      isDangerous: true,
      action: `/contacts/${contact.id}/deletion`,
      method: 'post',
      consequences: [
        `${contact.name} leaves the lists and every search. The record and its history stay, under the filter Deleted; from there it can be restored as it was.`,
        ...(contact.userId === null
          ? []
          : [
              'The linked user stays and can sign in as before. While the contact is deleted, the user’s record says so and lists show no contact.',
            ]),
        ...(people.total > 0 ? ['Its people stay. While the company is deleted they are shown without it.'] : []),
      ],
    });
  });

  router.post('/contacts/:id/deletion', read, async (req, res) => {
    const { contact } = await changeable(req);
    const nothing = settled(contact, 'deleted');
    await app.db.write((trx) => deleteContact(trx, actOf(app, req), contact.id));
    flash(req, nothing ? `Nothing changed: ${nothing}` : `${contact.name} is deleted.`);
    res.redirect(303, `/contacts/${contact.id}`);
  });

  router.get('/contacts/:id/deletion/delete', read, async (req, res) => {
    const { contact } = await changeable(req);
    const nothing = settled(contact, 'active');
    if (nothing) throw new Conflict(nothing);
    render(req, res, 'contacts/action', {
      title: `Restore contact: ${contact.name}`,
      contact,
      button: 'Restore contact',
      isDangerous: false,
      action: `/contacts/${contact.id}/deletion`,
      method: 'delete',
      consequences: [
        `${contact.name} is listed and found again, with everything that stands in the record.`,
        'A user who was linked, and has not been linked to somebody else since, shows the contact again.',
      ],
    });
  });

  router.delete('/contacts/:id/deletion', read, async (req, res) => {
    const { contact } = await changeable(req);
    const nothing = settled(contact, 'active');
    await app.db.write((trx) => restoreContact(trx, actOf(app, req), contact.id));
    flash(req, nothing ? `Nothing changed: ${nothing}` : `${contact.name} is restored.`);
    res.redirect(303, `/contacts/${contact.id}`);
  });

  /** To the record; or to the list, for whoever has just given the contact to somebody else. */
  async function leadOn(req: Request, res: Response, id: number, viewer: ContactViewer, said: string): Promise<void> {
    const contact = await findContactOfAnyOwner(app.db.read, id);
    const isSeen = contact !== undefined && maySee(viewer, contact);
    flash(
      req,
      isSeen ? said : `${said} It is owned by ${contact?.ownerName ?? 'everybody'} now, so you no longer see it.`,
    );
    res.redirect(303, isSeen ? `/contacts/${id}` : '/contacts');
  }

  async function editable(req: Request): Promise<{ contact: Contact; viewer: ContactViewer }> {
    const { contact, viewer } = await contactOf(app, req);
    requireEditable(viewer, contact);
    return { contact, viewer };
  }

  /** A deleted one as well. */
  async function changeable(req: Request): Promise<{ contact: Contact; viewer: ContactViewer }> {
    const { contact, viewer } = await contactOf(app, req);
    if (!mayEdit(viewer, contact)) throw new Forbidden('You may look at public contacts but not change them.');
    return { contact, viewer };
  }

  return router;
}
