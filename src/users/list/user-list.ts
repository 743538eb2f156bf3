import type { Knex } from 'knex';
import type { Activity } from '../../access/activity.ts';
import { isOver } from '../../access/granted-rights.ts';
import type { Viewer } from '../../access/viewer.ts';
import { dayOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactNames } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { selectIds, whereIdIn } from '../../db/ids.ts';
import { whereAlong } from '../../db/keyset.ts';
import { findContactSort, findUserIdsBySearch, type Walk, walkByContact } from '../../linked-contacts/linked-search.ts';
import { readPage, type Source } from '../../lists/keyset-page.ts';
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
  const page = await readPage(query, sourceOf(db, viewer, selection, query.sort));
  const ids = page.rows;
  const users = await findUsers(db, ids);
  const groups = Map.groupBy(await findMemberships(db, ids), (membership) => membership.userId);
  const names = await findContactNames(
    db,
    viewer,
    users.map((user) => user.contactId),
  );
  return {
    users: users.map((user) => ({
      ...user,
      contactName: names.get(user.contactId ?? 0) ?? null,
      badges: badgesOf(user, limits),
      groups: (groups.get(user.id) ?? []).map((one) => ({ ...one, isOver: isOver(one, dayOf(limits.now)) })),
    })),
    counts: selection,
    sizes: index.sizes(),
    previous: page.previous,
    next: page.next,
  };
}

/** The ids along a sort: few users are sorted by themselves, of more the index of the sort is walked. */
function sourceOf(db: Reader, viewer: ContactViewer, selection: Selection, sort: SortKey): Source<number> {
  const among = selection.total <= FEW ? selection.ids() : undefined;
  return {
    isNullable: NULLABLE.has(sort),
    isMeant: among ? undefined : (id) => selection.isSelected(id),
    read: (stretch, limit) => {
      const way = { ...stretch, among };
      const walked = sort === 'contact' ? walkByContact(db, viewer, way) : walk(db, sort, way);
      return selectIds(db, walked.limit(limit));
    },
    placeOf: (id) => placeOf(db, viewer, sort, id),
  };
}

async function placeOf(db: Reader, viewer: ContactViewer, sort: SortKey, id: number): Promise<Cursor> {
  if (sort === 'contact') return { value: await findContactSort(db, viewer, id), id };
  const { value } = await db('users').where({ id }).first(`${COLUMNS[sort]} as value`);
  return { value, id };
}

function walk(db: Reader, sort: Exclude<SortKey, 'contact'>, { among, ...stretch }: Walk): Knex.QueryBuilder {
  const ids = db('users').select('id');
  if (among) whereIdIn(ids, 'id', among);
  return whereAlong(ids, { value: COLUMNS[sort], id: 'id', isNullable: NULLABLE.has(sort) }, stretch);
}
