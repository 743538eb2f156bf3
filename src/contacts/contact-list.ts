import { whereNotDeleted } from '../db/conditions.ts';
import type { Database, Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { Counted, Selection } from '../facets/facet-index.ts';
import { type FrozenSet, frozenAlong } from '../facets/frozen-walk.ts';
import { alongIndex, meantAlong, meantByRank, meantSoon } from '../facets/orders/along-index.ts';
import { alongPlaces, type Place } from '../facets/orders/along-places.ts';
import type { Keepable } from '../facets/orders/kept-orders.ts';
import { readPage, readRankedPage, type Source } from '../lists/keyset-page.ts';
import { type Cursor, idsAmong, idsOf, isRanked, soughtWords } from '../lists/list-query.ts';
import { breathe } from '../process/giving-way.ts';
import { sortKey } from '../text/sort-key.ts';
import { searchedWhole } from '../text/text.ts';
import { ACCOUNT_TYPES, type AccountType, type Contact, type ContactKind, type ContactViewer } from './contact.ts';
import type { ContactFacet, ContactFilter, ContactIndex } from './contact-index.ts';
import { ACTIVITIES, type ContactQuery, KINDS, type SortKey } from './contact-list-query.ts';
import { findContacts } from './contact-store.ts';
import { ownershipValue } from './ownership-values.ts';

/** What the list is read from. */
export interface ContactSources {
  db: Database;
  contactIndex: ContactIndex;
}

export interface ContactList {
  contacts: Contact[];
  total: number;
  /** Whether the view means a contact. */
  isMeant(id: number): boolean;
  /** How many each value of each filter would leave under the other filters. */
  counts: ContactCounts;
  /** Cursors of the pages before and after, where there are any. */
  previous?: Cursor;
  next?: Cursor;
}

export interface ContactCounts {
  activity: Map<Contact['activity'], number>;
  kind: Map<ContactKind, number>;
  account: Map<AccountType, number>;
  /** By the words of the address: of the public ones, the viewer's own and those of their groups. */
  owner: Map<string, number>;
  /** By id: the largest, and those chosen that any contact has. */
  tag: Map<number, Counted>;
  /** Whether there are tags beyond the largest. */
  hasMoreTags: boolean;
}

/** A contact has some of the account types: a bit for each, and so a number for all of them together. */
const ACCOUNT_SETS = Array.from({ length: 1 << ACCOUNT_TYPES.length }, (_, bits) => bits);
/** A value that nothing has, for what the address names and nobody knows. */
const UNKNOWN = -1;

/** The orders that have an index; the others are known to the index of contacts. */
const SORTS = {
  name: alongColumn('sort_name'),
  email: alongColumn('email_key', true),
  added: alongColumn('created_at'),
};
type IndexedSort = keyof typeof SORTS;

function alongColumn(value: string, isNullable = false) {
  return alongIndex((db) => db('contacts'), { value, id: 'id', isNullable });
}

/** One page of the contacts that the viewer may see, with the counts of every filter; of tags the largest are offered. */
export async function listContacts(
  { db, contactIndex }: ContactSources,
  viewer: ContactViewer,
  query: ContactQuery,
  offeredTags: number,
): Promise<ContactList> {
  const owners = query.sort === 'owner' ? await findOwnerPlaces(db.read, viewer) : [];
  await contactIndex.refresh();
  const selection = contactIndex.select(filterOf(query, viewer), viewer);
  // Before anything else is waited for: meanwhile the index may read what changes.
  const counts = countsOf(contactIndex, selection, viewer, { query, offeredTags });
  // The ranks of a search are made of whatever is meant; other orders look at the index as it is now.
  if (isRanked(query)) await breathe();
  const page = await readRankedPage(query, sourcesOf({ db, contactIndex }, { query, selection, owners }));
  const contacts = await findContacts(db.read, viewer, page.rows);
  await breathe();
  return {
    contacts,
    total: selection.total,
    isMeant: (id) => selection.has(id),
    counts,
    previous: page.previous,
    next: page.next,
  };
}

/** The tags of the contacts that the viewer may see, deleted ones included. */
export async function seenTags({ contactIndex }: ContactSources, viewer: ContactViewer): Promise<number[]> {
  await contactIndex.refresh();
  const seen = contactIndex.select({ values: {} }, viewer);
  return contactIndex.tagsOf(seen, seen);
}

/** How many of those that a view means under its other filters have each of the tags. */
export async function countTags(
  { contactIndex }: ContactSources,
  viewer: ContactViewer,
  query: ContactQuery,
  ids: number[],
): Promise<Map<number, number>> {
  await contactIndex.refresh();
  const selection = contactIndex.select(filterOf(query, viewer), viewer);
  return new Map(ids.map((id) => [id, selection.count('tag', id)]));
}

/** The contacts that a view means at this moment, in its order. */
export async function freezeContacts(
  { db, contactIndex }: ContactSources,
  viewer: ContactViewer,
  query: ContactQuery,
  atOnce: number,
): Promise<FrozenSet> {
  const owners = query.sort === 'owner' ? await findOwnerPlaces(db.read, viewer) : [];
  await contactIndex.refresh();
  const selection = contactIndex.select(filterOf(query, viewer), viewer);
  const sources = sourcesOf({ db, contactIndex }, { query, selection, owners });
  return frozenAlong(selection, sources, { descending: query.descending, atOnce });
}

/** Where the list's order comes from. */
function sourcesOf(
  { db, contactIndex }: ContactSources,
  { query, selection, owners }: { query: ContactQuery; selection: Selection<ContactFacet>; owners: Place[] },
): Source<number>[] {
  const typed = searchedWhole(query.q);
  const byName = (some?: number[]) => SORTS.name(db.read, some);
  const ranks = () => contactIndex.ranksOf(typed, selection);
  return isRanked(query)
    ? meantByRank(ranks(), typed, contactIndex.number, byName, keepableOf(db.read, contactIndex, 'name'))
    : [sourceOf(db.read, contactIndex, selection, query.sort, owners)];
}

/** A page without counts, in the order that it says. */
export interface EarlyContactList extends Pick<ContactList, 'contacts' | 'previous' | 'next'> {
  query: ContactQuery;
  /** Those of the tags chosen that a contact on the page may have. */
  tags: number[];
}

/**
 * One page of the list while the index is still being read: without counts, and of a rare filter only what is found soon. What only
 * the index could sort stands by name.
 */
export async function listContactsMeanwhile(
  { db, contactIndex }: ContactSources,
  viewer: ContactViewer,
  asked: ContactQuery,
): Promise<EarlyContactList> {
  const query = isIndexed(asked.sort) ? asked : byName(asked);
  const looked = contactIndex.ofNone();
  const select = () => looked.select(filterOf(query, viewer), viewer);
  const source = meantSoon(SORTS[query.sort as IndexedSort](db.read), async (ids) => {
    await looked.take(ids);
    return select();
  });
  const { rows, previous, next } = await readPage(query, source);
  const selection = select();
  const tags = idsAmong(query.tag).filter((id) => selection.count('tag', id) > 0);
  return { contacts: await findContacts(db.read, viewer, rows), previous, next, query, tags };
}

function isIndexed(sort: SortKey): sort is IndexedSort {
  return sort in SORTS;
}

function byName(query: ContactQuery): ContactQuery {
  return { ...query, sort: 'name', descending: false, after: undefined, before: undefined };
}

function filterOf(query: ContactQuery, viewer: ContactViewer): ContactFilter {
  const { activity, kind, account, owner, tag, company } = query;
  return {
    values: {
      activity: (activity.length > 0 ? activity : ACTIVE).map((one) => ACTIVITIES.indexOf(one)),
      kind: kind.map((one) => KINDS.indexOf(one)),
      accounts: account.flatMap(accountSetsWith),
      owner: owner.map((one) => ownershipOf(one, viewer)),
      tag: idsAmong(tag),
    },
    words: soughtWords(query),
    companies: idsAmong(company),
  };
}

const ACTIVE: Contact['activity'][] = ['active'];
/** All that are not deleted. */
const LISTED: ContactFilter = {
  values: { activity: [ACTIVITIES.indexOf('active')], kind: [], accounts: [], owner: [], tag: [] },
};

function accountSetsWith(type: AccountType): number[] {
  const n = ACCOUNT_TYPES.indexOf(type);
  return n < 0 ? [UNKNOWN] : ACCOUNT_SETS.filter((bits) => bits & (1 << n));
}

/** Of an owner in the words of the address. */
function ownershipOf(owner: string, { id }: ContactViewer): number {
  if (owner === 'public') return ownershipValue({ owner_user_id: null, owner_group_id: null });
  if (owner === 'private') return id === null ? UNKNOWN : ownershipValue({ owner_user_id: id, owner_group_id: null });
  const [groupId] = idsOf(owner);
  return typeof groupId === 'number' ? ownershipValue({ owner_user_id: null, owner_group_id: groupId }) : UNKNOWN;
}

function countsOf(
  index: ContactIndex,
  selection: Selection<ContactFacet>,
  viewer: ContactViewer,
  { query, offeredTags }: { query: ContactQuery; offeredTags: number },
): ContactCounts {
  const each = <T>(facet: ContactFacet, of: Iterable<T>, valuesOf: (one: T) => number[]) =>
    new Map(
      Array.from(of, (one) => [one, valuesOf(one).reduce((sum, value) => sum + selection.count(facet, value), 0)]),
    );
  const listed = index.select(LISTED, viewer);
  // One more than is shown: it tells whether there are others. Some may be on deleted ones alone.
  const ofDeleted = query.activity.includes('deleted') ? index.tagsOf(selection, listed) : [];
  const all = [...new Set([...index.largestTags(offeredTags + 1, listed), ...ofDeleted])];
  const tags = [...all.slice(0, offeredTags), ...idsAmong(query.tag)].map((id): [number, Counted] => [
    id,
    { count: selection.count('tag', id), size: listed.count('tag', id) },
  ]);
  return {
    activity: each('activity', ACTIVITIES, (one) => [ACTIVITIES.indexOf(one)]),
    kind: each('kind', KINDS, (one) => [KINDS.indexOf(one)]),
    account: each('accounts', ACCOUNT_TYPES, accountSetsWith),
    owner: each('owner', ['public', 'private', ...[...viewer.groupIds].map(String)], (one) => [
      ownershipOf(one, viewer),
    ]),
    // Whatever else the address names is as unknown as a tag that nobody has.
    tag: new Map(tags.filter(([, { count, size }]) => count > 0 || size > 0)),
    hasMoreTags: all.length > offeredTags,
  };
}

function sourceOf(
  db: Reader,
  index: ContactIndex,
  selection: Selection<ContactFacet>,
  sort: SortKey,
  owners: Place[],
): Source<number> {
  switch (sort) {
    case 'accounts':
      return alongPlaces(
        selection,
        'accounts',
        ACCOUNT_SETS.map((value) => ({ value, values: [value] })),
      );
    case 'owner':
      return alongPlaces(selection, 'owner', owners);
    case 'user':
      return alongUsers(db, index, selection);
    default:
      return meantAlong(selection, index.number, (among) => SORTS[sort](db, among), keepableOf(db, index, sort));
  }
}

/** The order of a sort that has an index. */
export function keepableOf(db: Reader, { orders }: ContactIndex, sort: SortKey): Keepable | undefined {
  return isIndexed(sort) ? orders.of(sort, () => SORTS[sort].once(db)) : undefined;
}

const alongLinked = alongIndex((db) => db('users').whereNotNull('contact_id').modify(whereNotDeleted), {
  value: 'sort_name',
  id: 'contact_id',
});

/** Those whom a user signs in as, by the name of the user; the others by their ids, in memory. */
function alongUsers(db: Reader, index: ContactIndex, selection: Selection<ContactFacet>): Source<number> {
  const [linked, others] = [selection.having('linked', [1]), selection.having('linked', [0])];
  const meant = { total: linked.count(), has: selection.has, ids: () => linked.ids() };
  const source = meantAlong(meant, index.linked, (among) => alongLinked(db, among));
  return {
    ...source,
    isNullable: true,
    read: async (stretch, limit) =>
      stretch.nulls ? others.first(limit, stretch.descending, stretch.from?.id) : source.read(stretch, limit),
    placeOf: (id) => (others.has(id) ? { value: null, id } : source.placeOf(id)),
  };
}

/** Public ones first, then private ones, then those of the viewer's groups by their names. */
async function findOwnerPlaces(db: Reader, viewer: ContactViewer): Promise<Place[]> {
  const groups: { id: number; name: string }[] = await whereIdIn(db('groups'), 'id', [...viewer.groupIds]).select(
    'id',
    'name',
  );
  return [
    { value: '0', values: [ownershipOf('public', viewer)] },
    { value: '1', values: [ownershipOf('private', viewer)] },
    ...[...Map.groupBy(groups, (group) => sortKey(group.name))].map(([name, alike]) => ({
      value: `2${name}`,
      values: alike.map(({ id }) => ownershipOf(String(id), viewer)),
    })),
  ];
}
