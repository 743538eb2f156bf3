import { identityKey } from '../../text/identity-key.ts';
import { quoted } from '../../text/quoted.ts';
import type { NewUser, UserChange } from '../../users/actions/changing/user-change.ts';
import type { User } from '../../users/user.ts';
import { isBeginningOf, isEndOf } from '../days-elsewhere.ts';
import type { MatchedBy } from '../import.ts';
import type { ImportedRow } from '../imported-row.ts';
import type { RowValues } from '../user-row.ts';
import type { NamedByLines } from './naming.ts';
import { nameOutOf } from './user-matching.ts';

/** What a line says, checked. */
export interface CheckedRow {
  row: ImportedRow;
  values: RowValues;
  mistakes: string[];
  /** Whom it means. */
  id: number | undefined;
}

/** A line as a change. */
export interface RowChange {
  change: UserChange;
  mistakes: string[];
  /** What it says that is not done. */
  notes: string[];
}

/** Groups and tags come to those that are there. */
export function changeOf({ values, mistakes, id, row }: CheckedRow, named: NamedByLines, by: MatchedBy): RowChange {
  const made: RowChange = { change: {}, mistakes: [...mistakes], notes: [] };
  const user = named.users.get(id ?? 0);
  const isByEmail = user && row.from === undefined && by === 'email';
  const { name, tags, days, noSharedData, description } = values;
  const startsAt = isBeginningOf(days?.starts, user?.startsAt) ? user?.startsAt : values.startsAt;
  made.change = withoutUnsaid({
    name,
    email: isByEmail ? undefined : values.email,
    tags: tags && { add: tags },
    startsAt,
    startMayBeOver: startsAt == null ? undefined : true,
    leavesAt: isEndOf(days?.leaves, user?.leavesAt) ? user?.leavesAt : values.leavesAt,
    noSharedData,
    description,
  });
  addGroups(made, values, named);
  addContact(made, values, named, user);
  addApiOnly(made, values, named, user);
  if (user && values.activity && values.activity !== user.activity) made.notes.push(`stays ${user.activity}`);
  return made;
}

function withoutUnsaid(change: UserChange): UserChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function addGroups(made: RowChange, { groups, ends }: RowValues, named: NamedByLines): void {
  if (!groups) return;
  const untilOf: Record<number, string | null> = {};
  const ids = groups.flatMap((name, n) => {
    const those = named.groups.get(identityKey(name)) ?? [];
    if (those.length === 0) made.mistakes.push(`There is no group ${quoted(name)}.`);
    if (those.length > 1) made.mistakes.push(`Several groups are called ${quoted(name)}.`);
    for (const id of those) untilOf[id] = ends?.[n] ?? null;
    return those.slice(0, 1);
  });
  made.change.groups = { add: ids };
  if (ends?.some((end) => end !== null)) made.change.groupsUntil = untilOf;
}

/** Whoever is linked to somebody of this email already stays so, whoever else has it. */
function addContact(made: RowChange, { contactEmail }: RowValues, named: NamedByLines, user: User | undefined): void {
  if (!contactEmail) return;
  const linked = named.linked.get(user?.contactId ?? 0);
  if (linked?.email && identityKey(linked.email) === identityKey(contactEmail)) return;
  const contactId = named.contacts.get(identityKey(contactEmail));
  if (contactId !== undefined) made.change.contactId = contactId;
  else if (user) made.notes.push(`no person that you may see has the email ${contactEmail}`);
  else made.mistakes.push(`No person that you may see has the email ${contactEmail}.`);
}

/** What stands there already is not judged anew: who answers for it may be gone by now. */
function addApiOnly(made: RowChange, { apiOnly }: RowValues, named: NamedByLines, user: User | undefined): void {
  if (apiOnly === undefined) return;
  if (apiOnly === null) {
    made.change.apiOnly = null;
    return;
  }
  const { reason, owner, reviewOn } = apiOnly;
  const ownerId = named.owners.get(owner);
  const isSame =
    user?.apiOnly &&
    user.apiOnlyReason === reason &&
    user.apiOnlyReviewOn === reviewOn &&
    named.ownerNames.get(user.apiOnlyOwnerId ?? 0) === owner;
  if (isSame) return;
  if (!reason || !ownerId || !reviewOn)
    made.mistakes.push('An API-only user has a reason, an owner who is there, and a review date.');
  else made.change.apiOnly = { reason, ownerId, reviewOn };
}

/** The line as a new user, or why it cannot be one. */
export function newUserOf({ values }: CheckedRow, change: UserChange): NewUser | string {
  if (!values.email && !change.apiOnly) return 'A new user has an email.';
  const name = values.name ?? nameOutOf(values.email ?? '');
  if (!name) return 'A new user has a name.';
  if (values.activity && values.activity !== 'active') return `A new user is active, and not ${values.activity}.`;
  const { groups, tags, ...more } = change;
  return {
    ...more,
    name,
    email: values.email ?? null,
    groups: groups && 'add' in groups ? [...(groups.add ?? [])] : [],
    tags: tags && 'add' in tags ? [...(tags.add ?? [])] : [],
  };
}
