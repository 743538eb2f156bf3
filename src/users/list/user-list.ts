import type { Activity } from '../../access/activity.ts';
import { isOver } from '../../access/granted-rights.ts';
import type { Viewer } from '../../access/viewer.ts';
import { dayOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactNames } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { selectIds, whereIdIn } from '../../db/ids.ts';
import { findContactSort, findUserIdsBySearch, type Walk, walkByContact } from '../../linked-contacts/linked-search.ts';
import type { Cursor } from '../../lists/list-query.ts';
import { findMemberships, type Membership } from '../../memberships/membership-store.ts';
import type { User } from '../user.ts';
import { badgesOf, STATES, type State, type StateLimits } from '../user-state.ts';
import { findUsers } from '../user-store.ts';
import type { Counts, Selection, Sizes, UserFilter, UserIndex } from './user-index.ts';
import type { ListQuery, SortKey } from './user-list-query.ts';

/** With the name of the contact only where the viewer may see it. */
export interface ListedUser extends User {
  badges: State[];
  /** Those that are over included: they stand in the record until somebody ends them. */
  groups: (Membership & { isOver: boolean })[];
}

export interface UserList {
  users: ListedUser[];
  counts: Counts;
  sizes: Sizes;
  /** Cursors of the pages before and after, where there are any. */
  previous?: Cursor;
  next?: Cursor;
}

/** The column that each sort walks; all have an index together with the id. */
const COLUMNS: Record<Exclude<SortKey, 'contact'>, string> = {
  name: 'sort_name',
  email: 'email_key',
  last_login: 'last_login_at',
  groups: 'group_count',
  no_shared_data: 'no_shared_data',
};
const NULLABLE: ReadonlySet<SortKey> = new Set(['contact', 'last_login']);

/** So few are sorted by themselves; more are found by walking the index of the sort. */
const FEW = 5_000;
const LARGEST_STEP = 50_000;

/** The users that a view means, by filters and search. */
export async function selectForView(
  db: Reader,
  index: UserIndex,
  query: ListQuery,
  limits: StateLimits,
  viewer: Viewer,
): Promise<Selection> {
  return select(db, index, query, limits, await findContactViewer(db, viewer, dayOf(limits.now)));
}

async function select(
  db: Reader,
  index: UserIndex,
  query: ListQuery,
  limits: StateLimits,
  viewer: ContactViewer,
): Promise<Selection> {
  await index.refresh();
  const filter: UserFilter = {
    activities: new Set<Activity>(query.activity.length > 0 ? query.activity : ['active', 'deactivated']),
    states: query.state.reduce((bits, state) => bits | (1 << STATES.indexOf(state)), 0),
    tagIds: new Set(query.tag),
    groupIds: new Set(query.group),
    found: query.q === '' ? undefined : await findUserIdsBySearch(db, viewer, query.q),
  };
  return index.select(filter, limits);
}

/** One page of the list, with the counts of every filter. */
export async function listUsers(
  db: Reader,
  index: UserIndex,
  query: ListQuery,
  limits: StateLimits,
  asking: Viewer,
): Promise<UserList> {
  const viewer = await findContactViewer(db, asking, dayOf(limits.now));
  const selection = await select(db, index, query, limits, viewer);
  const backwards = query.before !== undefined && query.after === undefined;
  const cursor = query.after ?? query.before;
  const found = await pageOf(db, viewer, selection, query, cursor, backwards);
  const isMore = found.length > query.per;
  const ids = found.slice(0, query.per);
  if (backwards) ids.reverse();
  const users = await findUsers(db, ids);
  const groups = Map.groupBy(await findMemberships(db, ids), (membership) => membership.userId);
  const names = await findContactNames(
    db,
    viewer,
    users.map((user) => user.contactId),
  );
  const [first, last] = [ids[0], ids.at(-1)];
  const hasPrevious = backwards ? isMore : cursor !== undefined;
  const hasNext = backwards || isMore;
  return {
    users: users.map((user) => ({
      ...user,
      contactName: names.get(user.contactId ?? 0) ?? null,
      badges: badgesOf(user, limits),
      groups: (groups.get(user.id) ?? []).map((one) => ({ ...one, isOver: isOver(one, dayOf(limits.now)) })),
    })),
    counts: selection,
    sizes: index.sizes(),
    previous: first && hasPrevious ? await placeOf(db, viewer, query.sort, first) : undefined,
    next: last && hasNext ? await placeOf(db, viewer, query.sort, last) : undefined,
  };
}

/** One id more than the page holds, from the cursor on, in the direction of reading. */
async function pageOf(
  db: Reader,
  viewer: ContactViewer,
  selection: Selection,
  query: ListQuery,
  cursor: Cursor | undefined,
  backwards: boolean,
): Promise<number[]> {
  const wanted = query.per + 1;
  const descending = query.descending !== backwards;
  const few = selection.total <= FEW ? selection.ids() : undefined;
  const found: number[] = [];
  for (const nulls of partsOf(query, cursor, backwards)) {
    let from = cursor && (cursor.value === null) === nulls ? cursor : undefined;
    for (let step = wanted * 2; found.length < wanted; step = Math.min(step * 8, LARGEST_STEP)) {
      const way = { nulls, descending, from, among: few };
      const walked = query.sort === 'contact' ? walkByContact(db, viewer, way) : walk(db, COLUMNS[query.sort], way);
      const ids = await selectIds(db, walked.limit(few ? wanted : step));
      for (const id of ids) if (selection.isSelected(id) && found.length < wanted) found.push(id);
      if (few || ids.length < step) break;
      from = await placeOf(db, viewer, query.sort, ids[ids.length - 1]);
    }
  }
  return found;
}

async function placeOf(db: Reader, viewer: ContactViewer, sort: SortKey, id: number): Promise<Cursor> {
  if (sort === 'contact') return { value: await findContactSort(db, viewer, id), id };
  const { value } = await db('users').where({ id }).first(`${COLUMNS[sort]} as value`);
  return { value, id };
}

/** Users without a value come last in either direction; which parts lie ahead of the cursor, and in which order. */
function partsOf(query: ListQuery, cursor: Cursor | undefined, backwards: boolean): boolean[] {
  if (!NULLABLE.has(query.sort)) return [false];
  const parts = backwards ? [true, false] : [false, true];
  return cursor ? parts.slice(parts.indexOf(cursor.value === null)) : parts;
}

/** The ids along the index of a sort: the part with values, or the part without. */
function walk(db: Reader, column: string, { nulls, descending, from, among }: Walk) {
  const order = descending ? 'desc' : 'asc';
  const past = descending ? '<' : '>';
  const ids = db('users').select('id');
  if (among) whereIdIn(ids, 'id', among);
  if (nulls) {
    if (from) ids.where('id', past, from.id);
    return ids.whereNull(column).orderBy('id', order);
  }
  if (from) ids.whereRaw(`(??, id) ${past} (?, ?)`, [column, from.value, from.id]);
  return ids.whereNotNull(column).orderBy([
    { column, order },
    { column: 'id', order },
  ]);
}
