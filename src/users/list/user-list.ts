import type { Activity } from '../../access/activity.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import { type Instant, instant, minuteOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactNames } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import { preparedInForms } from '../../db/prepared.ts';
import type { Left, Row } from '../../db/tables.ts';
import { type Along, alongIndex, meantAlong, meantByRank, meantSoon } from '../../facets/along-index.ts';
import type { Counted, FacetFilter, Selection, Within } from '../../facets/facet-index.ts';
import { type FrozenSet, frozenAlong } from '../../facets/frozen-walk.ts';
import { alongContacts } from '../../linked-contacts/linked-search.ts';
import { readPage, readRankedPage, type Source } from '../../lists/keyset-page.ts';
import { type Cursor, isRanked, NONE } from '../../lists/list-query.ts';
import { lastSignInFrom } from '../../sessions/login-attempt-store.ts';
import { findTagNames } from '../../tags/tag-store.ts';
import { fold } from '../../text/text.ts';
import { findTokenUses, type TokenUse } from '../../tokens/token-store.ts';
import type { User } from '../user.ts';
import { badgesAmong, SOON_DAYS, STATES, type State, type StateLimits } from '../user-state.ts';
import { NOBODY } from './derived-sets.ts';
import { type ListedGroups, listedGroupsOf, NO_GROUPS } from './listed-groups.ts';
import { findPasted, type PastedList, searchedWords } from './pasted-list.ts';
import { type Origin, originOf } from './sign-in-origins.ts';
import { ACTIVITIES, type UserFacet } from './user-facets.ts';
import type { UserIndex } from './user-index.ts';
import { COLUMNS, type ColumnKey, USUAL_COLUMNS } from './user-list-columns.ts';
import type { ListQuery, SortKey } from './user-list-query.ts';

/** What a row says of a user: of what columns have to say, only those that are asked for. */
export interface ListedUser
  extends Pick<User, 'id' | 'name' | 'email' | 'activity' | 'description'>,
    Partial<
      Pick<
        User,
        | 'noSharedData'
        | 'lastLoginAt'
        | 'lastActivityAt'
        | 'startsAt'
        | 'leavesAt'
        | 'createdAt'
        | 'accessConfirmedAt'
        | 'accessConfirmedBy'
        | 'loginAttempts'
        | 'hasSecondFactor'
        | 'apiOnly'
        | 'apiOnlyOwnerId'
        | 'apiOnlyReason'
        | 'apiOnlyReviewOn'
      >
    > {
  /** Where somebody confirmed the access. */
  confirmedByName?: string | null;
  lastSignInFrom?: Origin | null;
  apiOnlyOwnerName?: string | null;
  /** Of those who ever had one. */
  tokens?: TokenUse;
  /** By name. */
  tags?: string[];
  contactId: number | null;
  /** Only where the viewer may see the contact. */
  contactName: string | null;
  badges: State[];
  groups: ListedGroups;
}

export interface UserList {
  users: ListedUser[];
  total: number;
  /** Whether somebody is one of them, on whatever page. */
  isMeant(id: number): boolean;
  /** How far the feed of changes was read, and at which moment, in milliseconds. */
  change: number;
  at: number;
  /** For each filter, how many users each of its values would leave under the other filters: of tags and groups the largest, and those chosen. */
  counts: UserCounts;
  /** Where the search names users one by one: whom it named. */
  pasted?: PastedList;
  /** Cursors of the pages before and after, where there are any. */
  previous?: Cursor;
  next?: Cursor;
}

export interface UserCounts {
  activity: Record<Activity, number>;
  /** In the order of STATES. */
  states: number[];
  /** By id. */
  tags: Map<number, Counted>;
  groups: Map<number, Counted>;
  groupless: number;
  contactless: number;
  /** In the order of SOON_DAYS. */
  starts: number[];
  leaves: number[];
  /** Of those in force. */
  addresses: Map<string, number>;
  /** Of those asked for, as the address calls them. */
  rights: Map<string, number>;
  /** Of those asked for, in their order, whatever this view shows. */
  views: number[];
}

/** How many of the largest tags and groups are counted, which rights, and which other views. */
export interface Offered {
  tags: number;
  groups: number;
  rights: string[];
  views: ListQuery[];
}

/** The orders that have an index. */
const SORTS: Record<OwnSort, ReturnType<typeof alongIndex>> = {
  name: alongColumn('sort_name'),
  email: alongColumn('email_key', true),
  last_login: alongColumn('last_login_at', true),
  groups: alongNumbers('group_count', 2_147_483_647),
  no_shared_data: alongNumbers('no_shared_data', 1),
  leaves: alongColumn('leaves_at', true),
  created: alongColumn('created_at'),
};

type OwnSort = Exclude<SortKey, 'contact'>;

function alongColumn(value: string, isNullable = false) {
  return alongIndex((db) => db('users'), { value, id: 'id', isNullable });
}

function alongNumbers(value: string, most: number) {
  return alongIndex((db) => db('users'), { value, id: 'id', most });
}

/** Which view of the list, at which moment, for whom. */
interface Asked {
  query: ListQuery;
  limits: StateLimits;
  viewer: Viewer;
  offered?: Offered;
}

/** The users that a view means, by filters and search. */
export async function selectForView(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer }: Asked,
): Promise<{ ids: number[]; change: number }> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(limits.now));
  const pasted = await findPasted(db, query.q);
  await index.refresh();
  return { ids: select(index, query, contactViewer, pasted).ids(), change: index.change };
}

/** Whether a view means somebody, by what the index holds just now. */
export async function meantByView(
  db: Reader,
  index: UserIndex,
  { query, viewer, now }: { query: ListQuery; viewer: Viewer; now: number },
): Promise<(id: number) => boolean> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(now));
  const selection = select(index, query, contactViewer, await findPasted(db, query.q));
  return (id) => selection.has(id);
}

/** How many users each of these views means. */
export async function countViews(
  db: Reader,
  index: UserIndex,
  { queries, limits, viewer }: Omit<Asked, 'query'> & { queries: readonly ListQuery[] },
): Promise<number[]> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(limits.now));
  const pasted = await Promise.all(queries.map(({ q }) => findPasted(db, q)));
  await index.refresh();
  return queries.map((query, n) => select(index, query, contactViewer, pasted[n]).total);
}

/** The largest groups, with how many of a view are in each. */
export async function countLargestGroups(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer }: Asked,
  most: number,
): Promise<{ id: number; count: number }[]> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(limits.now));
  await index.refresh();
  const selection = select(index, query, contactViewer, undefined);
  return index.largest('group', most, index.groups.deleted).map((id) => ({ id, count: selection.count('group', id) }));
}

/** By the data that the index was refreshed to. */
function select(
  index: UserIndex,
  query: ListQuery,
  viewer: ContactViewer,
  pasted: PastedList | undefined,
): Selection<UserFacet> {
  return index.select(filterOf(index, query, viewer, pasted));
}

function filterOf(
  index: UserIndex,
  query: ListQuery,
  viewer: ContactViewer,
  pasted: PastedList | undefined,
): FacetFilter<UserFacet> {
  const activities: Activity[] = query.activity.length > 0 ? query.activity : ['active', 'deactivated'];
  return {
    values: {
      activity: activities.map((activity) => ACTIVITIES.indexOf(activity)),
      state: query.state.map((state) => STATES.indexOf(state)),
      tag: query.tag,
      group: query.group.filter((one) => one !== NONE),
      starts: query.starts.map(soonDays),
      leaves: query.leaves.map(soonDays),
    },
    derived: {
      group: query.group.includes(NONE) ? [index.derived.groupless()] : [],
      contact: query.contact.map((one) => (one === NONE ? index.derived.contactless(viewer) : NOBODY)),
      address: query.address.map((one) => index.signedInFrom(one)),
      right: query.right.map((right) => (may(viewer, 'groups', 'read') ? index.derived.holders(right) : NOBODY)),
    },
    within: pasted ? index.only(pasted.ids) : query.q === '' ? undefined : index.search(searchedWords(query.q), viewer),
  };
}

/** Within how many days, as the address says it. */
function soonDays(days: string): number {
  return SOON_DAYS.find((one) => String(one) === days) ?? -1;
}

/** How many of those that a view means under its other filters are in each of the groups. */
export async function countInGroups(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer }: Asked,
  groupIds: number[],
): Promise<Map<number, number>> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(limits.now));
  const pasted = await findPasted(db, query.q);
  await index.refresh();
  const selection = select(index, query, contactViewer, pasted);
  return new Map(groupIds.map((id) => [id, selection.count('group', id)]));
}

/** One page of the list, with the counts of every filter. */
export async function listUsers(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer: asking, offered = NOTHING }: Asked,
): Promise<UserList> {
  const viewer = await findContactViewer(db, asking, minuteOf(limits.now));
  const pasted = await findPasted(db, query.q);
  const pastedInViews = await Promise.all(offered.views.map((view) => findPasted(db, view.q)));
  await index.refresh();
  const selection = select(index, query, viewer, pasted);
  const { change } = index;
  const counts = countsOf(index, selection, {
    tags: [...index.largest('tag', offered.tags), ...query.tag],
    groups: [
      ...index.largest('group', offered.groups, index.groups.deleted),
      ...query.group.filter((one) => one !== NONE),
    ],
    rights: offered.rights,
    addresses: query.address,
    contactless: index.derived.contactless(viewer),
    views: offered.views.map((view, n) => filterOf(index, view, viewer, pastedInViews[n])),
  });
  const page = await readRankedPage(query, sourcesOf(db, index, { query, viewer, pasted, selection }));
  const ids = page.rows;
  return {
    users: await withFurther(
      db,
      viewer,
      { columns: query.columns, now: instant(limits.now) },
      await findListed(db, index, ids, query.columns),
    ),
    total: selection.total,
    isMeant: (id) => selection.has(id),
    change,
    at: limits.now,
    counts,
    pasted,
    previous: page.previous,
    next: page.next,
  };
}

/** Where the list's order comes from. */
function sourcesOf(
  db: Reader,
  index: UserIndex,
  of: {
    query: ListQuery;
    viewer: ContactViewer;
    pasted: PastedList | undefined;
    selection: Selection<UserFacet>;
  },
): Source<number>[] {
  const { query, viewer, pasted, selection } = of;
  const along = (among?: number[]) => alongSort(db, viewer, query.sort, among);
  const term = fold(query.q);
  return isRanked(query) && !pasted
    ? meantByRank(index.ranksOf(term, selection), term, index.number, along)
    : [meantAlong(selection, index.number, along)];
}

/** The users that a view means at this moment, in its order. */
export async function freezeUsers(
  db: Reader,
  index: UserIndex,
  { query, viewer }: { query: ListQuery; viewer: ContactViewer },
  atOnce: number,
): Promise<FrozenSet> {
  const pasted = await findPasted(db, query.q);
  await index.refresh();
  const selection = select(index, query, viewer, pasted);
  const sources = sourcesOf(db, index, { query, viewer, pasted, selection });
  return frozenAlong(selection, sources, { descending: query.descending, atOnce });
}

/** With what other tables say in the columns. */
async function withFurther(
  db: Reader,
  viewer: ContactViewer,
  { columns, now }: { columns: readonly ColumnKey[]; now: Instant },
  users: ListedUser[],
): Promise<ListedUser[]> {
  const contacts = users.map((user) => user.contactId).filter((id) => id !== null);
  const names = columns.includes('contact') ? await findContactNames(db, viewer, contacts) : new Map<number, string>();
  const ids = users.map((user) => user.id);
  const tags = columns.includes('tags') ? await findTagNames(db, 'user', ids) : undefined;
  const uses = columns.includes('tokens') ? await findTokenUses(db, ids, now) : undefined;
  return users.map((user) => ({
    ...user,
    contactName: names.get(user.contactId ?? 0) ?? null,
    tags: tags && (tags.get(user.id) ?? []),
    tokens: uses?.get(user.id),
  }));
}

/** In the order of the ids, for somebody who sees no contacts. */
export async function findListed(
  db: Reader,
  index: UserIndex,
  ids: number[],
  columns: readonly ColumnKey[] = USUAL_COLUMNS,
): Promise<ListedUser[]> {
  // In an order of their own: what is read is the same in whichever they are shown.
  const read = COLUMNS.filter((column) => column in READ && columns.includes(column));
  const rows = await selectRows(db, read, { ids });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (!row) return [];
    return {
      id,
      name: row.name,
      email: row.email,
      activity: row.activity,
      description: row.description,
      noSharedData: Boolean(row.no_shared_data),
      lastLoginAt: row.last_login_at,
      lastActivityAt: row.last_activity_at,
      startsAt: row.starts_at,
      leavesAt: row.leaves_at,
      createdAt: row.created_at,
      accessConfirmedAt: row.access_confirmed_at,
      accessConfirmedBy: row.access_confirmed_by,
      confirmedByName: row.confirmed_by_name,
      loginAttempts: row.attempts ?? 0,
      hasSecondFactor: row.factor_since != null,
      lastSignInFrom: originOf(row.last_from),
      apiOnly: Boolean(row.api_only),
      apiOnlyOwnerId: row.api_only_owner_id,
      apiOnlyOwnerName: row.owner_name,
      apiOnlyReason: row.api_only_reason,
      apiOnlyReviewOn: row.api_only_review_on,
      contactId: row.contact_id ?? null,
      contactName: null,
      badges: badgesAmong(index.statesOf(id)),
      groups: columns.includes('groups') ? listedGroupsOf(index, id) : NO_GROUPS,
    };
  });
}

const OF_EVERY_ROW = ['id', 'name', 'email', 'activity', 'description'] as const;

/** What columns are read from; the others are read from the index, or are in every row. */
const READ: Partial<Record<ColumnKey, string[]>> = {
  contact: ['users.contact_id'],
  last_login: ['users.last_login_at', 'users.last_activity_at'],
  no_shared_data: ['users.no_shared_data'],
  last_activity: ['users.last_activity_at'],
  starts: ['users.starts_at'],
  leaves: ['users.leaves_at'],
  created: ['users.created_at'],
  confirmed: ['users.access_confirmed_at', 'users.access_confirmed_by', 'confirmer.name as confirmed_by_name'],
  attempts: ['lockouts.attempts'],
  second_factor: ['factor.confirmed_at as factor_since'],
  last_from: [],
  api_only_owner: ['users.api_only_owner_id', 'owner.name as owner_name'],
  api_only_reason: ['users.api_only_reason'],
  tokens: ['users.api_only'],
  api_only_review: ['users.api_only_review_on'],
};

type FurtherColumn =
  | 'contact_id'
  | 'last_login_at'
  | 'last_activity_at'
  | 'no_shared_data'
  | 'starts_at'
  | 'leaves_at'
  | 'created_at'
  | 'access_confirmed_at'
  | 'access_confirmed_by'
  | 'api_only'
  | 'api_only_owner_id'
  | 'api_only_reason'
  | 'api_only_review_on';

type FoundRow = Pick<Row<'users'>, (typeof OF_EVERY_ROW)[number]> &
  Partial<
    Pick<Row<'users'>, FurtherColumn> &
      Pick<Left<Row<'lockouts'>>, 'attempts'> &
      Record<'confirmed_by_name' | 'factor_since' | 'last_from' | 'owner_name', string | null>
  >;

const selectRows = preparedInForms<ColumnKey[], { ids: number[] }, FoundRow>((db, columns, { ids }) => {
  const further = new Set(columns.flatMap((column) => READ[column] ?? []));
  const rows = db('users')
    .select(OF_EVERY_ROW.map((column) => `users.${column}`))
    .select(...further);
  if (columns.includes('attempts')) rows.leftJoin('lockouts', 'lockouts.user_id', 'users.id');
  if (columns.includes('second_factor')) rows.leftJoin('second_factors as factor', 'factor.user_id', 'users.id');
  if (columns.includes('last_from')) rows.select(lastSignInFrom(db).as('last_from'));
  if (columns.includes('api_only_owner')) rows.leftJoin('users as owner', 'owner.id', 'users.api_only_owner_id');
  if (columns.includes('confirmed')) rows.leftJoin('users as confirmer', 'confirmer.id', 'users.access_confirmed_by');
  return whereIdIn(rows, 'users.id', ids);
});

/** One page of the list while the index is still being read: without counts, and of a rare filter only what is found soon. */
export async function listMeanwhile(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer: asking }: Asked,
): Promise<Pick<UserList, 'users' | 'previous' | 'next' | 'pasted'>> {
  const viewer = await findContactViewer(db, asking, minuteOf(limits.now));
  const looked = index.ofNobody();
  const pasted = await findPasted(db, query.q);
  const source = meantSoon(alongSort(db, viewer, query.sort, pasted?.ids), async (ids) => {
    await looked.take(ids, limits.now);
    return select(looked, query, viewer, pasted);
  });
  const { rows, previous, next } = await readPage(query, source);
  const users = await withFurther(
    db,
    viewer,
    { columns: query.columns, now: instant(limits.now) },
    await findListed(db, looked, rows, query.columns),
  );
  return { users, previous, next, pasted };
}

const NOTHING: Offered = { tags: 0, groups: 0, rights: [], views: [] };

interface Counting {
  tags: number[];
  groups: number[];
  rights: string[];
  addresses: string[];
  contactless: Within;
  views: FacetFilter<UserFacet>[];
}

/** Before anything else is waited for: meanwhile the index may read what changes. */
function countsOf(
  index: UserIndex,
  selection: Selection<UserFacet>,
  { tags, groups, rights, addresses, contactless, views }: Counting,
): UserCounts {
  const each = (facet: UserFacet, values: number[]) =>
    new Map(values.map((value) => [value, { count: selection.count(facet, value), size: index.sizeOf(facet, value) }]));
  const activity = ACTIVITIES.map((name, n) => [name, selection.count('activity', n)]);
  return {
    activity: Object.fromEntries(activity) as Record<Activity, number>,
    states: STATES.map((_, n) => selection.count('state', n)),
    tags: each('tag', tags),
    groups: each('group', groups),
    groupless: selection.countDerived('group', index.derived.groupless()),
    contactless: selection.countDerived('contact', contactless),
    starts: SOON_DAYS.map((days) => selection.count('starts', days)),
    leaves: SOON_DAYS.map((days) => selection.count('leaves', days)),
    addresses: new Map(addresses.map((one) => [one, selection.countDerived('address', index.signedInFrom(one))])),
    rights: new Map(rights.map((right) => [right, selection.countDerived('right', index.derived.holders(right))])),
    views: views.map((view) => index.total(view)),
  };
}

/** The ids of all users, or of those, along a sort. */
function alongSort(db: Reader, viewer: ContactViewer, sort: SortKey, among?: number[]): Along {
  return sort === 'contact' ? alongContacts(db, viewer, among) : SORTS[sort](db, among);
}
