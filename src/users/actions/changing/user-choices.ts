import { may } from '../../../access/viewer.ts';
import { minuteOf } from '../../../clock.ts';
import type { Contact } from '../../../contacts/contact.ts';
import { findContacts } from '../../../contacts/contact-store.ts';
import { findContactViewer } from '../../../contacts/contact-viewer.ts';
import type { Reader } from '../../../db/database.ts';
import { FieldErrors } from '../../../forms/form.ts';
import { GRANTS_MORE, type Group, mayGive } from '../../../groups/group.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { requireLinkable } from '../../../linked-contacts/linked-contact.ts';
import { spelledTags } from '../../../tags/tag-store.ts';
import { identityKey } from '../../../text/identity-key.ts';
import type { Judge } from '../../../verbs/action.ts';
import { Forbidden } from '../../../verbs/refusals.ts';
import { changedSet, isWhole, type SetChange } from '../../../verbs/set-change.ts';
import type { User } from '../../user.ts';
import { findUsers } from '../../user-store.ts';
import { personWhoAnswers } from './program-owner.ts';
import type { UserChange } from './user-change.ts';
import type { UserDetails } from './user-details.ts';

/** The records that changes name, looked up at once. */
export interface Named {
  groups: Map<number, Group>;
  /** Those that the actor may see. */
  contacts: Map<number, Contact>;
  /** How tags are spelt, by key. */
  tags: Map<string, string>;
  owners: Map<number, User>;
}

/** A change with the records that it names. */
export interface Choices {
  change: UserChange;
  /** What it says of the user alone; undefined where that is nothing. */
  user: Partial<UserDetails['user']> | undefined;
  named: Named;
  tags: SetChange<string> | undefined;
  owner: Pick<User, 'id' | 'name'> | undefined;
}

/** Looks up what the change names. Throws FieldErrors for what is not there, or will not do for anybody. */
export async function chosenBy(db: Reader, act: Judge, change: UserChange): Promise<Choices> {
  return chosenAmong(act, change, await findNamed(db, act, [change]));
}

/** The same of a change whose records were looked up with those of others. */
export function chosenAmong(act: Judge, change: UserChange, named: Named): Choices {
  requireGroups(act, change.groups, named.groups);
  return {
    change,
    user: userIn(change),
    named,
    tags: spelled(change.tags, named.tags),
    owner: ownerIn(change, named),
  };
}

/** What these changes name, with as many statements for all as for one. */
export async function findNamed(db: Reader, act: Judge, changes: UserChange[]): Promise<Named> {
  const groupIds = changes.flatMap((change) => membersOf(change.groups));
  const contactIds = changes.flatMap(({ contactId }) => contactId ?? []);
  const tags = changes.flatMap((change) => membersOf(change.tags));
  const ownerIds = changes.flatMap(({ apiOnly, program }) => [apiOnly?.ownerId ?? [], program?.ownerId ?? []].flat());
  return {
    groups: byId(groupIds.length > 0 ? await findGroups(db, [...new Set(groupIds)]) : []),
    contacts: byId(contactIds.length > 0 ? await findVisible(db, act, contactIds) : []),
    tags: new Map(tags.length > 0 ? (await spelledTags(db, tags)).map((tag) => [identityKey(tag), tag]) : []),
    owners: byId(ownerIds.length > 0 ? await findUsers(db, [...new Set(ownerIds)]) : []),
  };
}

async function findVisible(db: Reader, act: Judge, ids: number[]): Promise<Contact[]> {
  if (!may(act.by, 'contacts', 'read')) return [];
  return findContacts(db, await findContactViewer(db, act.by, minuteOf(act.at)), [...new Set(ids)]);
}

/** All that a change of a set names. */
function membersOf<T>(change: SetChange<T> | undefined): T[] {
  if (change === undefined) return [];
  return isWhole(change) ? [...change] : [...(change.add ?? []), ...(change.remove ?? [])];
}

function byId<T extends { id: number }>(records: T[]): Map<number, T> {
  return new Map(records.map((record) => [record.id, record]));
}

function userIn(change: UserChange): Choices['user'] {
  const { name, email, startsAt, leavesAt, noSharedData, description, apiOnly, program } = change;
  const integration =
    apiOnly === undefined
      ? {}
      : {
          apiOnly: apiOnly !== null,
          apiOnlyReason: apiOnly?.reason ?? null,
          apiOnlyReviewOn: apiOnly?.reviewOn ?? null,
        };
  const reviewed = defined({ apiOnlyReason: program?.reason, apiOnlyReviewOn: program?.reviewOn });
  const given = { name, email, startsAt, leavesAt, noSharedData, description };
  const user = { ...defined(given), ...integration, ...reviewed };
  return Object.keys(user).length > 0 ? user : undefined;
}

/**
 * What becomes of one user; null for one who is only now made. What the change does not touch is the very same as before. Throws
 * FieldErrors or Forbidden.
 */
export function detailsAfter(
  act: Judge,
  subject: { id: number; contactId: number | null } | null,
  before: UserDetails,
  { change, user, named, tags, owner }: Choices,
): UserDetails {
  return {
    user: user ? { ...before.user, ...user } : before.user,
    contact: contactAfter(act, subject, before.contact, change, named.contacts),
    ...membershipsAfter(act, before, change, named.groups),
    tags: tags === undefined ? before.tags : changedSet(before.tags, tags),
    owner: change.apiOnly === undefined ? (owner ?? before.owner) : owner,
  };
}

/** The groups, with the ends of the memberships in them. */
function membershipsAfter(
  act: Judge,
  before: UserDetails,
  { groups: change, groupsUntil = null }: UserChange,
  chosen: Map<number, Group>,
): Pick<UserDetails, 'groups' | 'ends'> {
  if (change === undefined) return { groups: before.groups, ends: before.ends };
  const groups = groupsAfter(act, before.groups, change, chosen);
  const endIn = (id: number) => (typeof groupsUntil === 'object' ? (groupsUntil?.[id] ?? null) : groupsUntil);
  return {
    groups,
    ends: new Map(groups.map(({ id }) => [id, before.ends.has(id) ? before.ends.get(id)! : endIn(id)])),
  };
}

function requireGroups(act: Judge, change: SetChange<number> | undefined, groups: Map<number, Group>): void {
  if (membersOf(change).some((id) => !groups.has(id)))
    throw new FieldErrors({ groups: 'One of the groups is no longer there. Choose again.' });
  for (const id of change === undefined || isWhole(change) ? [] : (change.remove ?? [])) {
    const group = groups.get(id)!;
    if (!mayGive(act.by, group)) throw new Forbidden(`The group ${group.name} ${GRANTS_MORE}, so you cannot take it.`);
  }
}

/**
 * Groups whose rights the actor does not hold can neither be given nor taken (R62): a form that says which groups somebody is to have
 * does not offer them, and they stay.
 */
function groupsAfter(act: Judge, before: Group[], change: SetChange<number>, chosen: Map<number, Group>): Group[] {
  const had = new Map(before.map((group) => [group.id, group]));
  const fixed = isWhole(change) ? before.filter((group) => !mayGive(act.by, group)) : [];
  const wanted = changedSet([...had.keys()], change).map((id) => had.get(id) ?? chosen.get(id)!);
  for (const group of wanted)
    if (!had.has(group.id) && !mayGive(act.by, group))
      throw new Forbidden(`The group ${group.name} ${GRANTS_MORE}, so you cannot give it.`);
  return [...new Map([...fixed, ...wanted].map((group) => [group.id, group])).values()];
}

/** What the user is linked to already may stay, whoever may see it. */
function contactAfter(
  act: Judge,
  subject: { id: number; contactId: number | null } | null,
  before: Contact | undefined,
  { contactId, acceptsAccounts = false }: UserChange,
  contacts: Map<number, Contact>,
): Contact | undefined {
  if (contactId === undefined || (subject !== null && contactId === subject.contactId)) return before;
  if (contactId === null) return undefined;
  if (!may(act.by, 'contacts', 'read')) throw new Forbidden('You may not look at contacts, so you cannot link one.');
  const contact = contacts.get(contactId);
  if (contact?.kind !== 'person') throw new FieldErrors({ contactId: 'Choose a person from the list.' });
  requireLinkable({ contact, userId: subject?.id ?? null, isAccepted: acceptsAccounts, field: 'contactId' });
  return contact;
}

function ownerIn({ apiOnly, program }: UserChange, { owners }: Named): User | undefined {
  const id = apiOnly?.ownerId ?? program?.ownerId;
  return id === undefined ? undefined : personWhoAnswers(owners.get(id));
}

function spelled(tags: SetChange<string> | undefined, spelling: Map<string, string>): SetChange<string> | undefined {
  if (tags === undefined) return undefined;
  const all = (names: readonly string[] = []) => [...new Set(names.map((name) => spelling.get(identityKey(name))!))];
  return isWhole(tags) ? all(tags) : { add: all(tags.add), remove: all(tags.remove) };
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
