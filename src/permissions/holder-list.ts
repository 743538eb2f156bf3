import { grants, type Level, NO_RIGHTS } from '../access/rights.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Group } from '../groups/group.ts';
import { findGroups } from '../groups/group-store.ts';
import type { Cursor } from '../lists/list-query.ts';
import { findListed, type ListedUser } from '../users/list/listed-users.ts';
import type { UserSources } from '../users/list/user-index.ts';
import { listUsers } from '../users/list/user-list.ts';
import { type ListQuery, readListQuery } from '../users/list/user-list-query.ts';
import { freezeUsers } from '../users/list/user-order.ts';
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

/** So many are read at once for a file: a page of somebody else has to wait for that. */
const READ_AT_ONCE = 100;

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

/** All of them who have it now, by name, a few at a time: for a file. */
export async function* holdersInPieces(sources: Sources, key: string, level: Level): AsyncGenerator<Holder[]> {
  const { db, index } = sources;
  const granting = await findGranting(sources, key, level);
  if (granting.length === 0) return;
  const view = { query: queryOf(granting), viewer: { ...NOBODY, noSharedData: false, groupIds: new Set<number>() } };
  const { pieces } = await freezeUsers(db.read, index, view, READ_AT_ONCE);
  for await (const ids of pieces()) {
    const users = new Map((await findListed(db.read, index, ids, [])).map((user) => [user.id, user]));
    yield holdersAmong(
      sources,
      ids.flatMap((id) => users.get(id) ?? []),
      granting,
      key,
    );
  }
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
