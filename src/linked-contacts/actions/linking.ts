import { mayAdminister } from '../../access/viewer.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Contact } from '../../contacts/contact.ts';
import { findContact, findContactOfAnyOwner, forgetOffer } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors, RefusedFields } from '../../forms/form.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { changeUsers } from '../../users/actions/changing/changing-users.ts';
import type { Subject } from '../../users/user.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import { findSubject } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed, Written } from '../../verbs/action.ts';
import { requireAdministered } from '../../verbs/administering.ts';
import { NOT_YOURS } from '../../verbs/outcome.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { requireLinkable } from '../linked-contact.ts';

/** Whose link it is, and what was written into them. */
export type Linking = Performed<Subject>;

/**
 * Links a user to the person. It is a change of the user, so it takes the right to change that one, and sight of the
 * contact. Throws NotFound or FieldErrors.
 */
export async function linkUser(
  trx: Transaction,
  act: Act,
  contactId: number,
  { user: identifier, isAccepted }: { user: string; isAccepted: boolean },
): Promise<Linking> {
  const contact = await visibleContact(trx, act, contactId);
  const found = identifier === '' ? undefined : await findUserByIdentifier(trx, identifier);
  if (!found) throw new FieldErrors({ user: 'There is no user with this name or email.' });
  const subject = await findSubject(trx, found.id, minuteOf(act.at));
  if (!mayAdminister(act.by, subject)) throw new RefusedFields({ user: `${subject.name} ${NOT_YOURS}.` });
  if (subject.contactId === contact.id) return { subject };
  const current = subject.contactId === null ? undefined : await findContactOfAnyOwner(trx, subject.contactId);
  if (current?.activity === 'active')
    throw new FieldErrors({ user: `${subject.name} is linked to another contact. End that link first.` });
  requireLinkable({ contact, userId: subject.id, isAccepted, field: 'user' });
  return { subject, written: await setLink(trx, act, subject, contact) };
}

/** Both stay, without each other. Returns nothing where nobody was linked. */
export async function unlinkUser(trx: Transaction, act: Act, contactId: number): Promise<Linking | undefined> {
  const contact = await visibleContact(trx, act, contactId);
  if (contact.userId === null) return undefined;
  const subject = await findSubject(trx, contact.userId, minuteOf(act.at));
  requireAdministered(act.by, subject);
  return { subject, written: await setLink(trx, act, subject, undefined) };
}

/** The user stays as they are, and it is not offered again. */
export async function declineOffer(trx: Transaction, act: Act, contactId: number): Promise<void> {
  const contact = await visibleContact(trx, act, contactId);
  if (contact.userId === null || contact.offer.userId !== contact.userId) return;
  const subject = await findSubject(trx, contact.userId, minuteOf(act.at));
  requireAdministered(act.by, subject);
  const { userId: _, ...before } = contact.offer;
  await forgetOffer(trx, contactId);
  await recordChanges(trx, act, [
    {
      action: 'contact.offer-declined',
      subjectType: 'contact',
      subjectId: contactId,
      subjectName: contact.name,
      before,
      after: Object.fromEntries(Object.keys(before).map((field) => [field, null])),
    },
  ]);
}

async function visibleContact(trx: Transaction, act: Act, id: number): Promise<Contact> {
  const contact = await findContact(trx, await findContactViewer(trx, act.by, minuteOf(act.at)), id);
  if (!contact) throw new NotFound('There is no such contact.');
  return contact;
}

/** It is a change of the user like any other. */
async function setLink(
  trx: Transaction,
  act: Act,
  subject: Subject,
  to: Contact | undefined,
): Promise<Written | undefined> {
  const change = { contactId: to?.id ?? null, acceptsAccounts: true };
  const { outcomes, written } = await changeUsers(trx, act, [subject.id], change);
  requireDone(outcomes);
  return written.get(subject.id);
}
