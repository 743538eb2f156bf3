import { may } from '../../access/viewer.ts';
import {
  contactReference,
  differences,
  type Fields,
  groupReference,
  type Reference,
  userReference,
} from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { dayOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors, RefusedFields, StaleVersion } from '../../forms/form.ts';
import { findGroupByName } from '../../groups/group-store.ts';
import { linkedName } from '../../linked-contacts/linked-contact.ts';
import { findTagsOf, setTags, spelledTags } from '../../tags/tag-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import { findUserByIdentifier, retellContact } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict, Forbidden, NotFound } from '../../verbs/refusals.ts';
import {
  ACCOUNT_TYPES,
  type Contact,
  type ContactViewer,
  mayEdit,
  mayGive,
  type Ownership,
  PUBLIC,
} from '../contact.ts';
import { contactColumns } from '../contact-columns.ts';
import type { ContactValues } from '../contact-form.ts';
import { findContact, findContactOfAnyOwner, ownerColumns } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';

const NOT_YOURS_TO_GIVE = 'You may keep it for yourself or give it to a group of yours, no more.';

/** Throws FieldErrors for what only the database can tell, Forbidden where the actor may not create any. */
export async function createContact(trx: Transaction, act: Act, typed: ContactValues): Promise<number> {
  if (!may(act.by, 'contacts', 'write')) throw new Forbidden('You may not create contacts.');
  const viewer = await findContactViewer(trx, act.by, dayOf(act.at));
  const made = typed.formKey
    ? await trx('contacts').where('form_key', typed.formKey).first('id', 'created_by')
    : undefined;
  if (made?.created_by === act.by.id) return made.id;
  const values = fitting({ ...typed, tags: await spelledTags(trx, typed.tags) });
  const { owner, told } = await chosenOwner(trx, viewer, values);
  const company = await chosenCompany(trx, viewer, values);
  const [{ id }] = await trx('contacts')
    .insert({
      kind: values.kind,
      ...columnsOf(values),
      ...ownerColumns(owner),
      company_id: company?.id ?? null,
      form_key: made ? null : values.formKey,
      created_at: act.at,
      created_by: act.by.id,
    })
    .returning('id');
  await setAccounts(trx, id, values.accounts);
  await setTags(trx, 'contact', id, values.tags);
  const after = { kind: values.kind, ...auditFields(values, told, company) };
  await recordChanges(trx, act, [
    { action: 'contact.created', subjectType: 'contact', subjectId: id, subjectName: values.name, after: given(after) },
  ]);
  return id;
}

/** Replaces what the form shows. Throws NotFound, Forbidden, Conflict, StaleVersion or FieldErrors. */
export async function updateContact(
  trx: Transaction,
  act: Act,
  id: number,
  version: number,
  typed: ContactValues,
): Promise<void> {
  const viewer = await findContactViewer(trx, act.by, dayOf(act.at));
  const contact = await findContact(trx, viewer, id);
  requireEditable(viewer, contact);
  if (contact.version !== version) throw new StaleVersion();
  // What it is was said when it was made.
  const values = fitting({ ...typed, kind: contact.kind, tags: await spelledTags(trx, typed.tags) });
  const { owner, told } = await chosenOwner(trx, viewer, values, contact);
  const isCompanyKept = values.companyId === contact.companyId;
  const current = companyOf(await findContactOfAnyOwner(trx, id));
  const company = isCompanyKept ? current : await chosenCompany(trx, viewer, values, contact);
  const tags = (await findTagsOf(trx, 'contact', id)).map((tag) => tag.name);
  const before = auditFields({ ...contact, tags }, ownerTold(contact), current);
  const changes = differences(before, auditFields(values, told, company));
  if (!changes) return;
  await trx('contacts')
    .where({ id })
    .update({
      ...columnsOf(values),
      ...ownerColumns(owner),
      // Untouched where it stays: a company that is deleted now may be restored.
      ...(!isCompanyKept && { company_id: company?.id ?? null }),
      offer: JSON.stringify(offerAfter(contact, values)),
      version: version + 1,
    });
  await setAccounts(trx, id, values.accounts);
  await setTags(trx, 'contact', id, values.tags);
  await retellContact(trx, id, linkedName(await findContactOfAnyOwner(trx, id)));
  await recordChanges(trx, act, [
    { action: 'contact.updated', subjectType: 'contact', subjectId: id, subjectName: values.name, ...changes },
  ]);
}

/** Throws NotFound for what the viewer may not see, Forbidden for what they may not change, Conflict for what is deleted. */
export function requireEditable(viewer: ContactViewer, contact: Contact | undefined): asserts contact is Contact {
  if (!contact) throw new NotFound('There is no such contact.');
  if (!mayEdit(viewer, contact)) throw new Forbidden('You may look at public contacts but not change them.');
  if (contact.activity === 'deleted') throw new Conflict(`${contact.name} is deleted.`);
}

/** Soft: the contact leaves the lists and can be restored as it was. */
export async function deleteContact(trx: Transaction, act: Act, id: number): Promise<Contact> {
  return setActivity(trx, act, id, 'deleted');
}

export async function restoreContact(trx: Transaction, act: Act, id: number): Promise<Contact> {
  return setActivity(trx, act, id, 'active');
}

/** Why nothing would come of it; undefined where something would. */
export function settled(contact: Contact, activity: Contact['activity']): string | undefined {
  if (contact.activity !== activity) return undefined;
  return `${contact.name} is ${activity === 'deleted' ? 'deleted' : 'not deleted'} already.`;
}

async function setActivity(trx: Transaction, act: Act, id: number, activity: Contact['activity']): Promise<Contact> {
  const viewer = await findContactViewer(trx, act.by, dayOf(act.at));
  const contact = await findContact(trx, viewer, id);
  if (!contact) throw new NotFound('There is no such contact.');
  if (!mayEdit(viewer, contact)) throw new Forbidden('You may look at public contacts but not change them.');
  if (settled(contact, activity)) return contact;
  await trx('contacts')
    .where({ id })
    .update({ activity, version: contact.version + 1 });
  await retellContact(trx, id, linkedName(await findContactOfAnyOwner(trx, id)));
  await recordChanges(trx, act, [
    {
      action: activity === 'deleted' ? 'contact.deleted' : 'contact.restored',
      subjectType: 'contact',
      subjectId: id,
      subjectName: contact.name,
      before: { activity: contact.activity },
      after: { activity },
    },
  ]);
  return { ...contact, activity };
}

/** A company has neither a position nor a company. */
function fitting(values: ContactValues): ContactValues {
  return values.kind === 'company' ? { ...values, position: '', companyId: null } : values;
}

/** Whose it is to be. Those who may not look at users or groups learn nothing of them here. */
async function chosenOwner(
  trx: Transaction,
  viewer: ContactViewer,
  values: ContactValues,
  contact?: Contact,
): Promise<{ owner: Ownership; told: ToldOwner }> {
  const { owner, ownerName } = await namedOwner(trx, viewer, values);
  const isKept = contact && contact.ownerUserId === owner.ownerUserId && contact.ownerGroupId === owner.ownerGroupId;
  if (!isKept && !mayGive(viewer, owner)) throw new RefusedFields({ owner: NOT_YOURS_TO_GIVE });
  return { owner, told: ownerTold({ ...owner, ownerName }) };
}

async function namedOwner(trx: Transaction, viewer: ContactViewer, values: ContactValues) {
  if (values.owner === 'public') return { owner: PUBLIC, ownerName: null };
  if (values.owner === 'private') {
    const own = { owner: { ...PUBLIC, ownerUserId: viewer.id }, ownerName: viewer.name };
    if (values.ownerUser === '' || identityKey(values.ownerUser) === identityKey(viewer.name)) return own;
    // Before anybody is looked up: the answer must not tell who exists.
    if (!may(viewer, 'contacts', 'write')) throw new RefusedFields({ owner: NOT_YOURS_TO_GIVE });
    const user = may(viewer, 'users', 'read') ? await findUserByIdentifier(trx, values.ownerUser) : undefined;
    if (!user) throw new FieldErrors({ ownerUser: 'There is no user with this name or email.' });
    return { owner: { ...PUBLIC, ownerUserId: user.id }, ownerName: user.name };
  }
  const group = await findGroupByName(trx, values.ownerGroup);
  if (!group || !(viewer.groupIds.has(group.id) || may(viewer, 'groups', 'read')))
    throw new FieldErrors({ ownerGroup: 'There is no group of this name.' });
  return { owner: { ...PUBLIC, ownerGroupId: group.id }, ownerName: group.name };
}

async function chosenCompany(
  trx: Transaction,
  viewer: ContactViewer,
  { kind, companyId }: ContactValues,
  contact?: Contact,
): Promise<{ id: number; name: string } | undefined> {
  if (kind === 'company' || companyId === null) return undefined;
  const company = await findContact(trx, viewer, companyId);
  if (company?.kind !== 'company' || company.activity === 'deleted' || company.id === contact?.id)
    throw new FieldErrors({ companyId: 'Choose a company from the list.' });
  return company;
}

function companyOf(contact: Contact | undefined): { id: number; name: string } | undefined {
  return contact?.companyId ? { id: contact.companyId, name: contact.companyName ?? '' } : undefined;
}

/** What the audit says of whose a contact is. */
type ToldOwner = Reference | 'public';

function ownerTold({ ownerUserId, ownerGroupId, ownerName }: Pick<Contact, keyof Ownership | 'ownerName'>): ToldOwner {
  const name = ownerName ?? '';
  if (ownerUserId !== null) return userReference({ id: ownerUserId, name });
  return ownerGroupId === null ? 'public' : groupReference({ id: ownerGroupId, name });
}

function columnsOf(values: ContactValues) {
  return {
    ...contactColumns(values),
    address: values.address,
    position: values.position,
    description: values.description,
  };
}

async function setAccounts(trx: Transaction, id: number, types: readonly string[]): Promise<void> {
  await trx('accounts').where('contact_id', id).whereNotIn('type', types).delete();
  if (types.length > 0)
    await trx('accounts')
      .insert(types.map((type) => ({ contact_id: id, type })))
      .onConflict(['contact_id', 'type'])
      .ignore();
}

/** What the linked user could take over: it is offered on the record, and never done by itself. */
function offerAfter(contact: Contact, values: ContactValues): Contact['offer'] {
  if (contact.userId === null) return {};
  const [email] = values.emails;
  const earlier = contact.offer.userId === contact.userId ? contact.offer : {};
  return {
    ...earlier,
    userId: contact.userId,
    ...(values.name !== contact.name && { name: values.name }),
    ...(email !== undefined && email !== contact.email && { email }),
  };
}

/** What the audit says of a contact, in the order of the form. */
function auditFields(
  values: Pick<ContactValues, 'name' | 'emails' | 'phones' | 'address' | 'position' | 'tags' | 'description'> & {
    accounts: readonly string[];
  },
  owner: ToldOwner,
  company: { id: number; name: string } | undefined,
): Fields {
  return {
    name: values.name,
    emails: values.emails,
    phones: values.phones,
    address: values.address,
    company: company ? contactReference(company) : null,
    position: values.position,
    accounts: ACCOUNT_TYPES.filter((type) => values.accounts.includes(type)),
    owner,
    tags: [...values.tags].sort(),
    description: values.description,
  };
}

/** Without what was left empty. */
function given(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
