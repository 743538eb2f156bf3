import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import type { Transaction } from '../../db/database.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import type { Act } from '../../verbs/act.ts';
import { writtenOfMade } from '../../verbs/facts.ts';
import { flash } from '../../web/flash.ts';
import { unlessStale } from '../../web/stale-form.ts';
import { createContactFromForm, saveContactForm } from '../actions/contact-form-saving.ts';
import { findContactSubjects } from '../actions/contact-subject.ts';
import { type Contact, type ContactViewer, maySee } from '../contact.ts';
import { type ContactValues, checkContact, typedContact } from '../contact-form.ts';
import { findContactOfAnyOwner } from '../contact-store.ts';
import { viewerOf } from './addressed-contact.ts';
import { showConflict, showContactForm } from './contact-form-page.ts';

/** New Person or New Company was sent: the form again, or a contact more. */
export async function createFromForm(app: AppContext, req: Request, res: Response): Promise<void> {
  const viewer = await viewerOf(app, req);
  const typed = typedContact(req.body);
  if (typed.step) return showContactForm(app, req, res, { viewer, typed });
  const failed = (errors: Errors) => showContactForm(app, req, res, { viewer, typed, errors, status: 422 });
  const { values, errors } = checkContact(typed);
  if (errors) return failed(errors);
  await unlessFieldErrors(app, req, failed, async () => {
    const id = await app.db.write((trx) => create(trx, actOf(app, req), values));
    await leadOn(app, req, res, { id, viewer, said: `${values.name} was created.` });
  });
}

/** As an operation, whose undo deletes it; a form that is sent twice makes one contact, and is one. */
async function create(trx: Transaction, act: Act, values: ContactValues): Promise<number> {
  let created = 0;
  await keepAsOperation(trx, act, { subjectType: 'contact', action: 'create' }, async (own) => {
    const made = await createContactFromForm(trx, own, values);
    created = made.id;
    if (!made.isNew) return [];
    const subjects = await findContactSubjects(trx, [made.id], act);
    return subjects.map((subject) => ({ subject, written: writtenOfMade() }));
  });
  return created;
}

/** Edit was sent: the form again, or the contact changed. */
export async function saveFromForm(
  app: AppContext,
  req: Request,
  res: Response,
  { contact, viewer }: { contact: Contact; viewer: ContactViewer },
): Promise<void> {
  const typed: Typed = { ...typedContact(req.body), kind: contact.kind };
  if (typed.step) return showContactForm(app, req, res, { viewer, typed, contact });
  const failed = (errors: Errors) => showContactForm(app, req, res, { viewer, typed, errors, contact, status: 422 });
  const { values, errors } = checkContact(typed, contact);
  if (errors) return failed(errors);
  const conflict = () => showConflict(app, req, res, { typed, contact, viewer });
  const save = async () => {
    const shown = { id: contact.id, version: Number(typed.version) };
    const undo = await app.db.write((trx) =>
      keepAsOperation(trx, actOf(app, req), { subjectType: 'contact', action: 'edit' }, async (own) =>
        keptOutcomes(await saveContactForm(trx, own, shown, values)),
      ),
    );
    await leadOn(app, req, res, { id: contact.id, viewer, said: 'Saved.', undo });
  };
  await unlessFieldErrors(app, req, failed, () => unlessStale(conflict, save));
}

/** To the record; or to the list, for whoever has just given the contact to somebody else. */
async function leadOn(
  app: AppContext,
  req: Request,
  res: Response,
  { id, viewer, said, undo }: { id: number; viewer: ContactViewer; said: string; undo?: number },
): Promise<void> {
  const contact = await findContactOfAnyOwner(app.db.read, id);
  const isSeen = contact !== undefined && maySee(viewer, contact);
  const gone = ` It is owned by ${contact?.ownerName ?? 'everybody'} now, so you no longer see it.`;
  flash(req, isSeen ? said : said + gone, isSeen ? { undo } : {});
  res.redirect(303, isSeen ? `/contacts/${id}` : '/contacts');
}
