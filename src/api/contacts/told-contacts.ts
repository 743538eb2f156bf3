import { may, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { type Contact, isPublic } from '../../contacts/contact.ts';
import { findContact, findContactOfAnyOwner } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { findTagNames } from '../../tags/tag-store.ts';
import { Forbidden, NotFound } from '../../verbs/refusals.ts';
import type { Answer } from '../contract/route.ts';

const NONE = 'There is no such contact.';

/** These contacts as programs are told of them. */
export async function toldContacts(db: Reader, viewer: Viewer, contacts: Contact[]) {
  const tags = await findTagNames(
    db,
    'contact',
    contacts.map(({ id }) => id),
  );
  const named = (id: number | null, name: string | null) => (id === null || name === null ? null : { id, name });
  return contacts.map((contact) => ({
    id: contact.id,
    kind: contact.kind,
    name: contact.name,
    activity: contact.activity,
    emails: contact.emails,
    phones: contact.phones,
    address: contact.address,
    position: contact.position,
    description: contact.description,
    company: named(contact.companyId, contact.companyName),
    accounts: contact.accounts,
    owner: ownerOf(contact),
    ...(may(viewer, 'users', 'read') && { user: named(contact.userId, contact.userName) }),
    tags: tags.get(contact.id) ?? [],
    createdAt: contact.createdAt,
    version: contact.version,
  }));
}

function ownerOf(contact: Contact) {
  if (isPublic(contact)) return { type: 'public', id: null, name: null };
  const { ownerUserId, ownerGroupId, ownerName: name } = contact;
  return ownerUserId === null ? { type: 'group', id: ownerGroupId, name } : { type: 'user', id: ownerUserId, name };
}

/** That one may not see a contact is answered as if there were none; but it was a refusal, and is written down as one. */
export async function contactMeant(app: AppContext, db: Reader, viewer: Viewer, id: number): Promise<Contact> {
  const seer = await findContactViewer(db, viewer, minuteOf(app.clock()));
  const contact = await findContact(db, seer, id);
  if (contact) return contact;
  throw (await findContactOfAnyOwner(db, id)) ? new Forbidden(NONE, true) : new NotFound(NONE);
}

export async function contactAnswer(db: Reader, viewer: Viewer, contact: Contact): Promise<Answer> {
  const [told] = await toldContacts(db, viewer, [contact]);
  return { headers: { ETag: `"${contact.version}"` }, body: told };
}

/** After a change of theirs; of one that they gave away by it, this once. */
export async function changedContactAnswer(app: AppContext, db: Reader, viewer: Viewer, id: number): Promise<Answer> {
  const seer = await findContactViewer(db, viewer, minuteOf(app.clock()));
  const seen = await findContact(db, seer, id);
  const contact = seen ?? { ...(await findContactOfAnyOwner(db, id))!, companyName: null };
  return contactAnswer(db, viewer, contact);
}
