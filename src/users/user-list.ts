import type { Reader } from '../db/database.ts';
import { selectIds, whereIdIn } from '../db/ids.ts';
import { findUserIdsByText } from '../db/search.ts';
import { findMemberships, type Membership } from '../groups/membership-store.ts';
import { fold } from '../text.ts';
import type { Activity, User } from './user.ts';
import type { Counts, Selection, Sizes, UserFilter, UserIndex } from './user-index.ts';
import type { Cursor, ListQuery, SortKey } from './user-list-query.ts';
import { badgesOf, STATES, type State, type StateLimits } from './user-state.ts';
import { findUsers } from './user-store.ts';

export interface ListedUser extends User {
  badges: State[];
  groups: Membership[];
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
const COLUMNS: Record<SortKey, string> = {
  name: 'sort_name',
  email: 'email_key',
  contact: 'contact_sort',
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
): Promise<Selection> {
  await index.refresh();
  const filter: UserFilter = {
    activities: new Set<Activity>(query.activity.length > 0 ? query.activity : ['active', 'deactivated']),
    states: query.state.reduce((bits, state) => bits | (1 << STATES.indexOf(state)), 0),
    tagIds: new Set(query.tag),
    groupIds: new Set(query.group),
    found: query.q === '' ? undefined : await findUserIdsByText(db, fold(query.q).split(' ').filter(Boolean)),
  };
  return index.select(filter, limits);
}

/** One page of the list, with the counts of every filter. */
export async function listUsers(
  db: Reader,
  index: UserIndex,
  query: ListQuery,
  limits: StateLimits,
): Promise<UserList> {
  const selection = await selectForView(db, index, query, limits);
  const backwards = query.before !== undefined && query.after === undefined;
  const cursor = query.after ?? query.before;
  const found = await pageOf(db, selection, query, cursor, backwards);
  const isMore = found.length > query.per;
  const ids = found.slice(0, query.per);
  if (backwards) ids.reverse();
  const users = await findUsers(db, ids);
  const groups = Map.groupBy(await findMemberships(db, ids), (membership) => membership.userId);
  const [first, last] = [ids[0], ids.at(-1)];
  const hasPrevious = backwards ? isMore : cursor !== undefined;
  const hasNext = backwards || isMore;
  return {
    users: users.map((user) => ({ ...user, badges: badgesOf(user, limits), groups: groups.get(user.id) ?? [] })),
    counts: selection,
    sizes: index.sizes(),
    previous: first && hasPrevious ? await placeOf(db, query.sort, first) : undefined,
    next: last && hasNext ? await placeOf(db, query.sort, last) : undefined,
  };
}

/** One id more than the page holds, from the cursor on, in the direction of reading. */
async function pageOf(
  db: Reader,
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
      const walked = walk(db, COLUMNS[query.sort], nulls, descending, from);
      const ids = await selectIds(db, few ? whereIdIn(walked, 'id', few).limit(wanted) : walked.limit(step));
      for (const id of ids) if (selection.isSelected(id) && found.length < wanted) found.push(id);
      if (few || ids.length < step) break;
      from = await placeOf(db, query.sort, ids[ids.length - 1]);
    }
  }
  return found;
}

async function placeOf(db: Reader, sort: SortKey, id: number): Promise<Cursor> {
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
function walk(db: Reader, column: string, nulls: boolean, descending: boolean, from: Cursor | undefined) {
  const order = descending ? 'desc' : 'asc';
  const past = descending ? '<' : '>';
  const ids = db('users').select('id');
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
