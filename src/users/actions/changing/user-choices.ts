import { covers } from '../../../access/rights.ts';
import { may } from '../../../access/viewer.ts';
import { dayOf } from '../../../clock.ts';
import type { Contact } from '../../../contacts/contact.ts';
import { findContact } from '../../../contacts/contact-store.ts';
import { findContactViewer } from '../../../contacts/contact-viewer.ts';
import type { Reader } from '../../../db/database.ts';
import { FieldErrors } from '../../../forms/form.ts';
import type { Group } from '../../../groups/group.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { requireLinkable } from '../../../linked-contacts/linked-contact.ts';
import { spelledTags } from '../../../tags/tag-store.ts';
import type { Judge } from '../../../verbs/action.ts';
import { Forbidden } from '../../../verbs/refusals.ts';
import { changedSet, isWhole, type SetChange } from '../../../verbs/set-change.ts';
import type { User } from '../../user.ts';
import { findUsers } from '../../user-store.ts';
import type { UserChange } from './user-change.ts';
import type { UserDetails } from './user-details.ts';

/** A change with the records that it names. */
export interface Choices {
  change: UserChange;
  /** By id, those that come or are to be had. */
  groups: Map<number, Group>;
  tags: SetChange<string> | undefined;
  owner: Pick<User, 'id' | 'name'> | undefined;
}

/** Looks up what the change names. Throws FieldErrors for what is not there, or will not do for anybody. */
export async function chosenBy(db: Reader, act: Judge, change: UserChange): Promise<Choices> {
  return {
    change,
    groups: await chosenGroups(db, act, change.groups),
    tags: await spelled(db, change.tags),
    owner: change.apiOnly ? await personWhoAnswers(db, change.apiOnly.ownerId) : undefined,
  };
}

/** What becomes of one user; null for one who is only now made. Throws FieldErrors or Forbidden. */
export async function detailsAfter(
  db: Reader,
  act: Judge,
  subject: { id: number; contactId: number | null } | null,
  before: UserDetails,
  { change, groups, tags, owner }: Choices,
): Promise<UserDetails> {
  const { name, email, expiresOn, noSharedData, description, apiOnly } = change;
  const integration =
    apiOnly === undefined
      ? {}
      : {
          apiOnly: apiOnly !== null,
          apiOnlyReason: apiOnly?.reason ?? null,
          apiOnlyReviewOn: apiOnly?.reviewOn ?? null,
        };
  const given = { name, email, expiresOn, noSharedData, description };
  return {
    user: { ...before.user, ...defined(given), ...integration },
    contact: await contactAfter(db, act, subject, before.contact, change),
    groups: groupsAfter(act, before.groups, change.groups, groups),
    ends: before.ends,
    tags: changedSet(before.tags, tags),
    owner: apiOnly === undefined ? before.owner : owner,
  };
}

async function chosenGroups(db: Reader, act: Judge, change?: SetChange<number>): Promise<Map<number, Group>> {
  if (change === undefined) return new Map();
  const ids = isWhole(change) ? change : [...(change.add ?? []), ...(change.remove ?? [])];
  const groups = await findGroups(db, [...ids]);
  if (groups.length !== new Set(ids).size)
    throw new FieldErrors({ groups: 'One of the groups is no longer there. Choose again.' });
  const taken = new Set(isWhole(change) ? [] : change.remove);
  for (const group of groups)
    if (taken.has(group.id) && !covers(act.by.rights, group.rights))
      throw new Forbidden(`The group ${group.name} grants rights that you do not hold, so you cannot take it.`);
  return new Map(groups.map((group) => [group.id, group]));
}

/**
 * Groups whose rights the actor does not hold can neither be given nor taken (R62): a form that says which groups somebody is to have
 * does not offer them, and they stay.
 */
function groupsAfter(
  act: Judge,
  before: Group[],
  change: SetChange<number> | undefined,
  chosen: Map<number, Group>,
): Group[] {
  if (change === undefined) return before;
  const mayChange = (group: Group) => covers(act.by.rights, group.rights);
  const had = new Map(before.map((group) => [group.id, group]));
  const fixed = isWhole(change) ? before.filter((group) => !mayChange(group)) : [];
  const wanted = changedSet([...had.keys()], change).map((id) => had.get(id) ?? chosen.get(id)!);
  for (const group of wanted)
    if (!had.has(group.id) && !mayChange(group))
      throw new Forbidden(`The group ${group.name} grants rights that you do not hold, so you cannot give it.`);
  return [...new Map([...fixed, ...wanted].map((group) => [group.id, group])).values()];
}

/** What the user is linked to already may stay, whoever may see it. */
async function contactAfter(
  db: Reader,
  act: Judge,
  subject: { id: number; contactId: number | null } | null,
  before: Contact | undefined,
  { contactId, acceptsAccounts = false }: UserChange,
): Promise<Contact | undefined> {
  if (contactId === undefined || (subject !== null && contactId === subject.contactId)) return before;
  if (contactId === null) return undefined;
  if (!may(act.by, 'contacts', 'read')) throw new Forbidden('You may not look at contacts, so you cannot link one.');
  const contact = await findContact(db, await findContactViewer(db, act.by, dayOf(act.at)), contactId);
  if (contact?.kind !== 'person') throw new FieldErrors({ contactId: 'Choose a person from the list.' });
  requireLinkable({ contact, userId: subject?.id ?? null, isAccepted: acceptsAccounts, field: 'contactId' });
  return contact;
}

async function personWhoAnswers(db: Reader, id: number): Promise<User> {
  const [owner] = await findUsers(db, [id]);
  if (owner?.activity !== 'active')
    throw new FieldErrors({ apiOnlyOwner: 'There is no active user with this name or email.' });
  if (owner.apiOnly) throw new FieldErrors({ apiOnlyOwner: `${owner.name} is API-only: a person must answer for it.` });
  return owner;
}

async function spelled(db: Reader, tags?: SetChange<string>): Promise<SetChange<string> | undefined> {
  if (tags === undefined) return undefined;
  if (isWhole(tags)) return spelledTags(db, [...tags]);
  return {
    add: await spelledTags(db, [...(tags.add ?? [])]),
    remove: await spelledTags(db, [...(tags.remove ?? [])]),
  };
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
