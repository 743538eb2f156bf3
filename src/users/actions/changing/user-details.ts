import { differences, type Fields, groupReference, userReference } from '../../../audit/audit-event.ts';
import type { Instant } from '../../../clock.ts';
import type { Contact } from '../../../contacts/contact.ts';
import { findContactsOfAnyOwner } from '../../../contacts/contact-store.ts';
import type { Reader } from '../../../db/database.ts';
import type { Group } from '../../../groups/group.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { linkedName, linkReference } from '../../../linked-contacts/linked-contact.ts';
import { findMemberships } from '../../../memberships/membership-store.ts';
import { findTagNames } from '../../../tags/tag-store.ts';
import { sortedByName } from '../../../text/sort-key.ts';
import type { Subject, User } from '../../user.ts';
import { keyColumns, nameColumns } from '../../user-columns.ts';
import { findUserNames } from '../../user-store.ts';

/** All of a user that a form shows or a change changes. */
export interface UserDetails {
  user: Pick<
    User,
    | 'name'
    | 'email'
    | 'startsAt'
    | 'leavesAt'
    | 'noSharedData'
    | 'apiOnly'
    | 'apiOnlyReason'
    | 'apiOnlyReviewOn'
    | 'description'
  >;
  contact: Contact | undefined;
  groups: Group[];
  /** When their memberships end, by group; null for those without an end. */
  ends: ReadonlyMap<number, Instant | null>;
  tags: string[];
  /** Who answers for an integration. */
  owner: { id: number; name: string } | undefined;
}

/** What of it stands in other tables. */
export type DetailPart = 'contact' | 'groups' | 'tags' | 'owner';
const ALL_PARTS: ReadonlySet<DetailPart> = new Set(['contact', 'groups', 'tags', 'owner']);

/** As they stand now, by user; what is in none of the parts is as if there were none. */
export async function findDetails(
  db: Reader,
  subjects: Subject[],
  parts: ReadonlySet<DetailPart> = ALL_PARTS,
): Promise<Map<number, UserDetails>> {
  const having = (part: DetailPart) => (parts.has(part) ? subjects : []);
  const idsOfHaving = (part: DetailPart) => having(part).map((subject) => subject.id);
  const memberships = Map.groupBy(await findMemberships(db, idsOfHaving('groups')), (membership) => membership.userId);
  const groupIds = [...memberships.values()].flat().map((membership) => membership.groupId);
  const groups = new Map((await findGroups(db, [...new Set(groupIds)])).map((group) => [group.id, group]));
  const tags = await findTagNames(db, 'user', idsOfHaving('tags'));
  const contacts = await findContactsOfAnyOwner(db, given(having('contact').map((subject) => subject.contactId)));
  const owners = await findUserNames(
    db,
    having('owner').map((subject) => subject.apiOnlyOwnerId),
  );
  return new Map(
    subjects.map((user) => {
      const ownerName = owners.get(user.apiOnlyOwnerId ?? 0);
      return [
        user.id,
        {
          user,
          contact: contacts.get(user.contactId ?? 0),
          groups: (memberships.get(user.id) ?? []).flatMap(({ groupId }) => groups.get(groupId) ?? []),
          ends: new Map((memberships.get(user.id) ?? []).map(({ groupId, untilAt }) => [groupId, untilAt])),
          tags: tags.get(user.id) ?? [],
          owner: ownerName === undefined ? undefined : { id: user.apiOnlyOwnerId!, name: ownerName },
        },
      ];
    }),
  );
}

/**
 * What the audit says of what differs; undefined where nothing does. What a change does not touch is the very same before and after, and
 * is not looked at.
 */
export function auditDifferences(
  before: UserDetails,
  after: UserDetails,
): { before: Fields; after: Fields } | undefined {
  return differences(auditFields(before, after), auditFields(after, before));
}

/** What the audit says of a user, in the order of the form; without the lists that are the same in `others`. */
export function auditFields({ user, contact, groups, tags, owner }: UserDetails, others?: UserDetails): Fields {
  return {
    name: user.name,
    email: user.email,
    linkedContact: linkReference(contact),
    groups: groups === others?.groups ? undefined : sortedByName(groups, (group) => group.name).map(groupReference),
    tags: tags === others?.tags ? undefined : sortedByName(tags, (tag) => tag),
    startsAt: user.startsAt,
    leavesAt: user.leavesAt,
    noSharedData: user.noSharedData,
    apiOnly: user.apiOnly,
    apiOnlyReason: user.apiOnlyReason,
    apiOnlyOwner: owner ? userReference(owner) : null,
    apiOnlyReviewOn: user.apiOnlyReviewOn,
    description: user.description,
  };
}

/** The ends of memberships that come, for the audit: one day where they end on the same; undefined where none has an end. */
export function endsOfNew(
  { groups, ends }: Pick<UserDetails, 'groups' | 'ends'>,
  before: Pick<UserDetails, 'ends'>,
): Instant | Instant[] | undefined {
  const days = sortedByName(groups, (group) => group.name).flatMap(({ id }) =>
    before.ends.has(id) ? [] : (ends.get(id) ?? []),
  );
  const different = [...new Set(days)];
  return different.length > 1 ? different : different[0];
}

function given(ids: (number | null)[]): number[] {
  return [...new Set(ids.filter((id) => id !== null))];
}

/** The columns that hold them. */
export function columnsOf(details: UserDetails) {
  return { ...columnsOfNames(details), ...columnsBesideNames(details) };
}

/** Only those that hold something else than before. */
export function changedColumns(before: UserDetails, after: UserDetails): Record<string, unknown> {
  if (before.user === after.user && before.contact === after.contact && before.owner === after.owner) return {};
  const isCalledAlike =
    before.user.name === after.user.name && before.user.email === after.user.email && before.contact === after.contact;
  const names = isCalledAlike ? [] : otherIn(columnsOfNames(before, before), columnsOfNames(after, before));
  return Object.fromEntries([...names, ...otherIn(columnsBesideNames(before), columnsBesideNames(after))]);
}

function otherIn(from: Record<string, unknown>, to: Record<string, unknown>): [string, unknown][] {
  return Object.entries(to).filter(([column, value]) => from[column] !== value);
}

/** What is made of names takes longer than all others. The keys are left out where the names stay as they are in `before`. */
function columnsOfNames({ user, contact }: UserDetails, before?: UserDetails) {
  return { ...nameColumns(user, linkedName(contact)), ...keyColumns(user, before?.user) };
}

function columnsBesideNames({ user, contact, owner }: UserDetails) {
  return {
    no_shared_data: user.noSharedData,
    starts_at: user.startsAt,
    leaves_at: user.leavesAt,
    description: user.description,
    contact_id: contact?.id ?? null,
    api_only: user.apiOnly,
    api_only_reason: user.apiOnlyReason,
    api_only_owner_id: owner?.id ?? null,
    api_only_review_on: user.apiOnlyReviewOn,
  };
}
