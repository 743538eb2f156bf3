import { grants, type Level, NO_RIGHTS } from '../access/rights.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Group } from '../groups/group.ts';
import { findGroups } from '../groups/group-store.ts';
import type { Cursor } from '../lists/list-query.ts';
import { sortedByName } from '../text/sort-key.ts';
import { findListed, type ListedUser } from '../users/list/listed-users.ts';
import type { UserSources } from '../users/list/user-index.ts';
import { listUsers } from '../users/list/user-list.ts';
import { type ListQuery, readListQuery } from '../users/list/user-list-query.ts';
import { selectForView } from '../users/list/view-selection.ts';
import { stateLimits } from '../users/user-state.ts';

/** Somebody who has a right, and the groups through which. */
export interface Holder {
  id: number;
  name: string;
  email: string | null;
  level: Level;
  through: { id: number; name: string }[];
}

export interface HolderList {
  holders: Holder[];
  total: number;
  previous?: Cursor;
  next?: Cursor;
}

/** Contacts are no part of it, so it is asked for nobody who would see any. */
const NOBODY: Viewer = { id: null, name: '', rights: NO_RIGHTS };

interface Sources extends UserSources {
  config: { staleDays: number; confirmDays: number };
}
type Page = Pick<ListQuery, 'after' | 'before' | 'per'>;

/** The active users who have the right through an active group, a page of them by name. */
export async function listHolders(sources: Sources, key: string, level: Level, page: Page): Promise<HolderList> {
  const granting = await findGranting(sources, key, level);
  if (granting.length === 0) return { holders: [], total: 0 };
  const list = await listUsers(sources.db.read, sources.index, {
    query: { ...queryOf(granting), ...page },
    limits: stateLimits(sources),
    viewer: NOBODY,
  });
  const { previous, next } = list;
  return {
    holders: holdersAmong(sources, list.users, granting, key),
    total: list.total,
    previous,
    next,
  };
}

/** All of them, for a file. */
export async function findHolders(sources: Sources, key: string, level: Level): Promise<Holder[]> {
  const granting = await findGranting(sources, key, level);
  if (granting.length === 0) return [];
  const { ids } = await selectForView(sources.db.read, sources.index, {
    query: queryOf(granting),
    limits: stateLimits(sources),
    viewer: NOBODY,
  });
  const holders = holdersAmong(sources, await findListed(sources.db.read, sources.index, ids, []), granting, key);
  return sortedByName(holders, (holder) => holder.name);
}

async function findGranting(sources: Sources, key: string, level: Level): Promise<Group[]> {
  return (await findGroups(sources.db.read)).filter(
    (group) => group.activity === 'active' && grants(group.rights, key, level),
  );
}

/** The view of the list of users that shows them. There must be a group: none would mean everybody. */
function queryOf(granting: Group[]): ListQuery {
  return { ...readListQuery({}, { columns: [] }), activity: ['active'], group: granting.map((group) => group.id) };
}

function holdersAmong(
  { index }: Sources,
  users: Pick<ListedUser, 'id' | 'name' | 'email'>[],
  granting: Group[],
  key: string,
): Holder[] {
  const places = new Map(granting.map((group, place) => [group.id, place]));
  return users.map(({ id, name, email }) => {
    const among = index.groupsOf(id).flatMap((groupId) => places.get(groupId) ?? []);
    const through = among.sort((a, b) => a - b).map((place) => granting[place]);
    const level = through.some((group) => group.rights[key] === 'write') ? 'write' : 'read';
    return { id, name, email, level, through: through.map((group) => ({ id: group.id, name: group.name })) };
  });
}
