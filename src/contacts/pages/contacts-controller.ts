import { type Request, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { CONTACT_DELETION, CONTACT_RESTORATION } from '../actions/contact-actions.ts';
import { type Contact, type ContactViewer, mayEdit, requireEditable } from '../contact.ts';
import { emptyContact, typedContact } from '../contact-form.ts';
import { contactOf, viewerOf } from './addressed-contact.ts';
import { showDeletion, showRestoration } from './contact-deletion-page.ts';
import { showContactForm, typedNow } from './contact-form-page.ts';
import { showContacts } from './contact-list-page.ts';
import { showRecord, showTimeline } from './contact-record-page.ts';
import { createFromForm, saveFromForm } from './contact-saving.ts';
import { showTagFilter } from './tag-filter-page.ts';

export function contactsController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('contacts', 'read');
  const write = requireRight('contacts', 'write');

  router.get('/contacts', read, (req, res) => showContacts(app, req, res));

  router.get('/contacts/tags', read, (req, res) => showTagFilter(app, req, res));

  router.get('/contacts/new', write, async (req, res) => {
    const viewer = await viewerOf(app, req);
    const kept = takeKept(req);
    const empty = emptyContact(req.query.kind === 'company' ? 'company' : 'person', viewer);
    const typed = kept ? { ...typedContact(kept), formKey: empty.formKey } : empty;
    await showContactForm(app, req, res, { viewer, typed });
  });

  router.post('/contacts', write, (req, res) => createFromForm(app, req, res));

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
    await showContactForm(app, req, res, { viewer, typed, contact });
  });

  router.patch('/contacts/:id', read, async (req, res) => saveFromForm(app, req, res, await editable(req)));

  router.get('/contacts/:id/deletion/new', read, async (req, res) => {
    const { contact, viewer } = await changeable(req);
    await showDeletion(app, req, res, contact, viewer);
  });

  router.post('/contacts/:id/deletion', read, async (req, res) => {
    const { contact } = await changeable(req);
    await makeIt(req, contact, 'deleted');
    res.redirect(303, `/contacts/${contact.id}`);
  });

  router.get('/contacts/:id/deletion/delete', read, async (req, res) => {
    const { contact } = await changeable(req);
    showRestoration(req, res, contact);
  });

  router.delete('/contacts/:id/deletion', read, async (req, res) => {
    const { contact } = await changeable(req);
    await makeIt(req, contact, 'active');
    res.redirect(303, `/contacts/${contact.id}`);
  });

  async function makeIt(req: Request, contact: Contact, activity: Contact['activity']): Promise<void> {
    const action = activity === 'deleted' ? CONTACT_DELETION : CONTACT_RESTORATION;
    const direct = { subjectType: 'contact' as const, action: action.name, ids: [contact.id] };
    const { operationId: undo, outcomes } = await app.db.write((trx) => performDirectly(trx, actOf(app, req), direct));
    const [{ refusal }] = outcomes;
    if (refusal?.kind === 'forbidden') requireDone(outcomes);
    const done = `${contact.name} is ${activity === 'deleted' ? 'deleted' : 'restored'}.`;
    if (refusal) flash(req, `Nothing changed: ${contact.name} ${refusal.reason}.`, { isNothing: true });
    else flash(req, done, { undo });
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
