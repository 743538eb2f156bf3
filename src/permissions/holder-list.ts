import type { Level } from '../access/rights.ts';
import type { Viewer } from '../access/viewer.ts';
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

/** Contacts are no part of it, so it is asked for nobody who would see any. */
const ASKING: Viewer = { id: null, name: '', rights: { groups: 'read' } };

/** So many are read at once for a file: a page of somebody else has to wait for that. */
const READ_AT_ONCE = 100;

interface Sources extends UserSources {
  config: { staleDays: number; confirmDays: number };
}
type Page = Pick<ListQuery, 'after' | 'before' | 'per'>;

/** The active users who have the right through an active group, a page of them by name. */
export async function listHolders(sources: Sources, key: string, level: Level, page: Page): Promise<HolderList> {
  const list = await listUsers(sources.db.read, sources.index, {
    query: { ...queryOf(key, level), ...page },
    limits: stateLimits(sources),
    viewer: ASKING,
  });
  const { previous, next } = list;
  return { holders: holdersAmong(sources, list.users, key, level), total: list.total, previous, next };
}

/** All of them who have it now, by name, a few at a time: for a file. */
export async function* holdersInPieces(sources: Sources, key: string, level: Level): AsyncGenerator<Holder[]> {
  const { db, index } = sources;
  const view = { query: queryOf(key, level), viewer: { ...ASKING, noSharedData: false, groupIds: new Set<number>() } };
  const { pieces } = await freezeUsers(db.read, index, view, READ_AT_ONCE);
  for await (const ids of pieces()) yield holdersAmong(sources, await findListed(db.read, index, ids, []), key, level);
}

/** The view of the list of users that shows them. */
function queryOf(key: string, level: Level): ListQuery {
  return { ...readListQuery({}, { columns: [] }), activity: ['active'], right: [`${key}.${level}`] };
}

function holdersAmong(
  { index }: Sources,
  users: Pick<ListedUser, 'id' | 'name' | 'email'>[],
  key: string,
  level: Level,
): Holder[] {
  const granting = new Set(index.groups.granting(key, level));
  return users.map(({ id, name, email }) => {
    const through = index.groups.named(index.groupsOf(id).filter((groupId) => granting.has(groupId)));
    const held = through.some((group) => group.rights[key] === 'write') ? 'write' : 'read';
    return { id, name, email, level: held, through: through.map((group) => ({ id: group.id, name: group.name })) };
  });
}
