import { covers } from '../../access/rights.ts';
import { may, mayAdminister } from '../../access/viewer.ts';
import { differences, type Fields } from '../../audit/audit-event.ts';
import { noteContactEvents, noteGroupEvents, noteUserEvents, recordChanges } from '../../audit/audit-store.ts';
import { dayOf } from '../../clock.ts';
import type { Contact } from '../../contacts/contact.ts';
import { createPerson, findContact, findContactOfAnyOwner } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { type Transaction, violatedUnique } from '../../db/database.ts';
import { FieldErrors, RefusedFields, StaleVersion } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { createGroup, findGroups } from '../../groups/group-store.ts';
import { linkedName, linkInWords, requireLinkable } from '../../linked-contacts/linked-contact.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { endLeaderships } from '../../memberships/actions/membership-editing.ts';
import { findMemberships, setMemberships } from '../../memberships/membership-store.ts';
import { endLinks, findOpenPurposes } from '../../one-time-links/one-time-link-store.ts';
import { type EndedLink, endOutgrownLinks } from '../../one-time-links/outgrown-links.ts';
import { endSessions } from '../../sessions/session-store.ts';
import { findTagsOf, setTags, spelledTags } from '../../tags/tag-store.ts';
import { hasLookAlikes } from '../../text/identity-key.ts';
import type { Act } from '../../verbs/act.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import type { Subject } from '../user.ts';
import { keyColumns, nameColumns } from '../user-columns.ts';
import type { UserValues } from '../user-form.ts';
import { findSubject, findUserByIdentifier, findUserNames, findUsers } from '../user-store.ts';

/** What is said of a name or an email that another user has. */
export function takenMessage(field: 'name' | 'email', text: string): string {
  return hasLookAlikes(text)
    ? `This ${field} looks like that of another user: some of its letters are of another alphabet.`
    : `Another user has this ${field} already.`;
}

/** Throws FieldErrors for what only the database can tell, Forbidden for groups that the actor may not give. */
export async function createUser(trx: Transaction, act: Act, typed: UserValues): Promise<number> {
  if (!may(act.by, 'users', 'write')) throw new Forbidden('You may not create users.');
  const values = { ...typed, tags: await spelledTags(trx, typed.tags) };
  const contact = await linkedContact(trx, act, values, null);
  const groups = await grantedGroups(trx, act, values, []);
  const { columns, owner } = await columnsOf(trx, values, contact);
  const [{ id }] = await unlessTaken(values, () =>
    trx('users')
      .insert({ ...columns, ...keyColumns(values), created_at: act.at, created_by: act.by.id })
      .returning('id'),
  );
  await setMemberships(trx, id, idsOf(groups), { at: act.at, by: act.by.id });
  await setTags(trx, 'user', id, values.tags);
  const after = differences({}, auditFields(values, columns, contact, groups, owner))?.after ?? {};
  const eventIds = await recordChanges(trx, act, [
    { action: 'user.created', subjectType: 'user', subjectId: id, subjectName: columns.name, after: given(after) },
  ]);
  for (const group of groups) await noteGroupEvents(trx, group.id, eventIds);
  await noteContactEvents(trx, [columns.contact_id], eventIds);
  await noteUserEvents(trx, [columns.api_only_owner_id], eventIds);
  return id;
}

/**
 * Replaces what the form shows. Throws StaleVersion, FieldErrors or Forbidden. Open links end where they would open more
 * than was meant when they were made; becoming API-only ends sessions as well.
 */
export async function updateUser(
  trx: Transaction,
  act: Act,
  id: number,
  version: number,
  typed: UserValues,
): Promise<{ linksEnded: EndedLink[] }> {
  const subject = await findSubject(trx, id, dayOf(act.at));
  if (!mayAdminister(act.by, subject)) throw new Forbidden(`${subject.name} has rights that you do not hold.`);
  if (subject.version !== version) throw new StaleVersion();
  const values = { ...typed, tags: await spelledTags(trx, typed.tags) };
  const current = await currentFields(trx, subject);
  const contact = await linkedContact(trx, act, values, subject);
  const groups = await grantedGroups(trx, act, values, current.groups);
  refuseAgainstSelf(act, subject, values, current.groups, groups);
  await requireMayLift(trx, act, subject, values);
  const { columns, owner } = await columnsOf(trx, values, contact);
  const changes = differences(current.fields, auditFields(values, columns, contact, groups, owner));
  if (!changes) return { linksEnded: [] };

  await unlessTaken(values, () =>
    trx('users')
      .where({ id })
      .update({ ...columns, ...keyColumns(values, subject), version: version + 1 }),
  );
  await setMemberships(trx, id, idsOf(groups), { at: act.at, by: act.by.id });
  await endLeaderships(trx, act, [id]);
  await setTags(trx, 'user', id, values.tags);
  const linksEnded = await endLinksOutdatedBy(trx, act, subject, { values, columns });
  if (values.apiOnly && !subject.apiOnly) await endSessions(trx, [id]);
  const eventIds = await recordChanges(trx, act, [
    { action: 'user.updated', subjectType: 'user', subjectId: id, subjectName: columns.name, ...changes },
  ]);
  const [before, after] = [idsOf(current.groups), idsOf(groups)];
  for (const groupId of new Set([...before, ...after]))
    if (before.includes(groupId) !== after.includes(groupId)) await noteGroupEvents(trx, groupId, eventIds);
  if (columns.contact_id !== subject.contactId)
    await noteContactEvents(trx, [subject.contactId, columns.contact_id], eventIds);
  if (columns.api_only_owner_id !== subject.apiOnlyOwnerId)
    await noteUserEvents(trx, [subject.apiOnlyOwnerId, columns.api_only_owner_id], eventIds);
  if (columns.email !== subject.email && subject.activity === 'active')
    await tellOfNewEmail(trx, act, subject, columns.email);
  await requireAdministratorRemains(trx);
  return { linksEnded };
}

/** Links that were made for another email address end as well: they may have gone there. */
async function endLinksOutdatedBy(
  trx: Transaction,
  act: Act,
  subject: Subject,
  next: { values: UserValues; columns: { email: string } },
): Promise<EndedLink[]> {
  if (next.columns.email === subject.email && (!next.values.apiOnly || subject.apiOnly))
    return endOutgrownLinks(trx, act, [subject]);
  const open = await findOpenPurposes(trx, subject.id, act.at);
  await endLinks(trx, act, [subject.id]);
  return open.map((purpose) => ({ userId: subject.id, purpose }));
}

/** At both addresses: who reads the old one may be the only one to know that it should not have changed. */
async function tellOfNewEmail(trx: Transaction, act: Act, subject: Subject, email: string): Promise<void> {
  for (const address of [subject.email, email])
    await mailNotice(
      trx,
      act,
      'email-changed',
      { userId: subject.id, address },
      { before: subject.email, after: email, by: act.by.name },
    );
}

/** The contact that the form means: kept, chosen or made on the spot. */
async function linkedContact(
  trx: Transaction,
  act: Act,
  values: UserValues,
  subject: Subject | null,
): Promise<Contact | undefined> {
  const viewer = await findContactViewer(trx, act.by, dayOf(act.at));
  if (values.newContactName) {
    if (!may(act.by, 'contacts', 'write')) throw new Forbidden('You may not create contacts.');
    const person = { name: values.newContactName, email: values.newContactEmail || null };
    return findContactOfAnyOwner(trx, await createPerson(trx, act, viewer, person));
  }
  if (values.contactId === null) return undefined;
  // What the user is linked to already may stay, whoever may see it.
  if (values.contactId === subject?.contactId) return findContactOfAnyOwner(trx, values.contactId);
  if (!may(act.by, 'contacts', 'read')) throw new Forbidden('You may not look at contacts, so you cannot link one.');
  const contact = await findContact(trx, viewer, values.contactId);
  if (contact?.kind !== 'person') throw new FieldErrors({ contactId: 'Choose a person from the list.' });
  const link = { contact, userId: subject?.id ?? null, isAccepted: values.acceptAccounts };
  requireLinkable({ ...link, field: 'contactId' });
  return contact;
}

/**
 * The groups that the user is to have. Those whose rights the actor does not hold can neither be given nor taken (R62):
 * the form does not offer them, and they stay as they are.
 */
async function grantedGroups(trx: Transaction, act: Act, values: UserValues, current: Group[]): Promise<Group[]> {
  const mayChange = (group: Group) => covers(act.by.rights, group.rights);
  const chosen = await findGroups(trx, values.groups);
  if (chosen.length !== values.groups.length)
    throw new FieldErrors({ groups: 'One of the groups is no longer there. Choose again.' });
  const kept = new Set(idsOf(current));
  for (const group of chosen)
    if (!kept.has(group.id) && !mayChange(group))
      throw new Forbidden(`The group ${group.name} grants rights that you do not hold, so you cannot give it.`);
  const fixed = current.filter((group) => !mayChange(group));
  const groups = [...fixed, ...chosen.filter((group) => mayChange(group))];
  if (!values.newGroup) return groups;
  if (!may(act.by, 'groups', 'write')) throw new Forbidden('You may not create groups.');
  const id = await createGroup(trx, act, { name: values.newGroup }).catch((error) => {
    if (error instanceof FieldErrors) throw new FieldErrors({ newGroup: `${error.errors.name} Tick it in the list.` });
    throw error;
  });
  return [...groups, ...(await findGroups(trx, [id]))];
}

/** Nobody expires or demotes themself (promise 4). */
function refuseAgainstSelf(act: Act, subject: Subject, values: UserValues, before: Group[], after: Group[]): void {
  if (act.by.id !== subject.id) return;
  const errors: Record<string, string> = {};
  if (values.expiresOn !== null && values.expiresOn !== subject.expiresOn)
    errors.expiresOn = 'This is yourself: nobody sets their own expiry date. Ask another administrator.';
  if (values.apiOnly && !subject.apiOnly)
    errors.apiOnly = 'This is yourself: nobody makes themself API-only. Ask another administrator.';
  const kept = new Set(idsOf(after));
  if (before.some((group) => !kept.has(group.id) && Object.keys(group.rights).length > 0))
    errors.groups = 'This is yourself: nobody takes rights from themself. Ask another administrator.';
  if (Object.keys(errors).length > 0) throw new RefusedFields(errors);
}

/** Whoever has No shared data lifts it from nobody, least of all from themself: it narrows what their rights open (R62). */
async function requireMayLift(trx: Transaction, act: Act, subject: Subject, values: UserValues): Promise<void> {
  if (!subject.noSharedData || values.noSharedData || act.by.id === null) return;
  const [actor] = await findUsers(trx, [act.by.id]);
  if (actor?.noSharedData)
    throw new RefusedFields({
      noSharedData: 'You have No shared data yourself, so you cannot lift it. Ask another administrator.',
    });
}

async function columnsOf(trx: Transaction, values: UserValues, contact: Contact | undefined) {
  const owner = values.apiOnly ? await ownerOf(trx, values.apiOnlyOwner) : undefined;
  const columns = {
    ...nameColumns(values, linkedName(contact)),
    no_shared_data: values.noSharedData,
    expires_on: values.expiresOn,
    description: values.description,
    contact_id: contact?.id ?? null,
    api_only: values.apiOnly,
    api_only_reason: values.apiOnly ? values.apiOnlyReason : null,
    api_only_owner_id: owner?.id ?? null,
    api_only_review_on: values.apiOnly ? values.apiOnlyReviewOn : null,
  };
  return { columns, owner: owner?.name ?? null };
}

async function ownerOf(trx: Transaction, identifier: string) {
  const owner = await findUserByIdentifier(trx, identifier);
  if (owner?.activity !== 'active')
    throw new FieldErrors({ apiOnlyOwner: 'There is no active user with this name or email.' });
  if (owner.apiOnly) throw new FieldErrors({ apiOnlyOwner: `${owner.name} is API-only: a person must answer for it.` });
  return owner;
}

async function unlessTaken<T>({ name, email }: UserValues, write: () => PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const taken: Record<string, Record<string, string>> = {
      'users.name_key': { name: takenMessage('name', name) },
      'users.email_key': { email: takenMessage('email', email) },
      'users.contact_id': { contactId: 'Another user is linked to this contact already.' },
    };
    const errors = taken[violatedUnique(error) ?? ''];
    if (errors) throw new FieldErrors(errors);
    throw error;
  }
}

async function currentFields(trx: Transaction, subject: Subject) {
  const contact = subject.contactId === null ? undefined : await findContactOfAnyOwner(trx, subject.contactId);
  const memberships = await findMemberships(trx, [subject.id]);
  const groups = await findGroups(
    trx,
    memberships.map((membership) => membership.groupId),
  );
  const tags = (await findTagsOf(trx, 'user', subject.id)).map((tag) => tag.name);
  const ownerId = subject.apiOnlyOwnerId;
  const owner = ownerId === null ? null : ((await findUserNames(trx, [ownerId])).get(ownerId) ?? null);
  return {
    groups,
    fields: auditFields(
      { ...subject, tags },
      {
        name: subject.name,
        email: subject.email,
        api_only_reason: subject.apiOnlyReason,
        api_only_review_on: subject.apiOnlyReviewOn,
      },
      contact,
      groups,
      owner,
    ),
  };
}

/** What the audit says of a user, in the order of the form. */
function auditFields(
  values: Pick<UserValues, 'tags' | 'expiresOn' | 'noSharedData' | 'apiOnly' | 'description'>,
  columns: { name: string; email: string; api_only_reason: string | null; api_only_review_on: string | null },
  contact: Contact | undefined,
  groups: Group[],
  owner: string | null,
): Fields {
  return {
    name: columns.name,
    email: columns.email,
    linkedContact: linkInWords(contact),
    groups: groups.map((group) => group.name).sort(),
    tags: [...values.tags].sort(),
    expiresOn: values.expiresOn,
    noSharedData: values.noSharedData,
    apiOnly: values.apiOnly,
    apiOnlyReason: columns.api_only_reason,
    apiOnlyOwner: owner,
    apiOnlyReviewOn: columns.api_only_review_on,
    description: values.description,
  };
}

/** Without what was left empty. */
function given(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== null && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

function idsOf(groups: Group[]): number[] {
  return groups.map((group) => group.id);
}
