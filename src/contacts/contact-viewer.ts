import type { Knex } from 'knex';
import { whereNotOver } from '../access/granted-rights.ts';
import { may, type Viewer } from '../access/viewer.ts';
import type { Instant } from '../clock.ts';
import { whereInCase } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { rowsAsJson, selectIds, whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import { type ContactViewer, seesPublic } from './contact.ts';

/** The viewer with what decides which contacts they see now. The program itself sees the public ones. */
export async function findContactViewer(db: Reader, viewer: Viewer, now: Instant): Promise<ContactViewer> {
  const nobodys = { ...viewer, noSharedData: false, groupIds: new Set<number>() };
  if (viewer.id === null || !may(viewer, 'contacts', 'read')) return nobodys;
  const [found] = await selectViewer(db, { id: viewer.id, now });
  const groupIds = JSON.parse(found?.groups ?? '[]').flat();
  return { ...viewer, noSharedData: Boolean(found?.no_shared_data), groupIds: new Set(groupIds) };
}

/** Whoever stands at the machine itself and asks for all contacts, whose they may be. */
export async function findViewerOfAll(db: Reader, viewer: Viewer): Promise<ContactViewer> {
  const ownersOf = async (column: string) => {
    const ids: number[] = await db('contacts').distinct(column).whereNotNull(column).pluck(column);
    return new Set(ids);
  };
  return {
    ...viewer,
    noSharedData: false,
    groupIds: await ownersOf('owner_group_id'),
    ownerIds: await ownersOf('owner_user_id'),
  };
}

const selectViewer = prepared<{ id: number; now: Instant }, { no_shared_data: number | boolean; groups: string }>(
  (db, { id, now }) => {
    const groups = db('memberships')
      .join('groups', 'groups.id', 'memberships.group_id')
      .where({ 'memberships.user_id': id, 'groups.activity': 'active' })
      .select('groups.id');
    return db('users')
      .where({ id })
      .select({ no_shared_data: 'no_shared_data', groups: rowsAsJson(db, whereNotOver(groups, now), ['id']) });
  },
);

/**
 * Restricts a query of contacts to those that the viewer may see. `maySee` says the same of one contact. As one case and
 * not as alternatives: for these the database would gather and sort all, where it can walk an index and look at each.
 */
export function whereVisible<T extends Knex.QueryBuilder>(query: T, viewer: ContactViewer, table = 'contacts'): T {
  if (!may(viewer, 'contacts', 'read')) return whereNone(query, table);
  const [user, group] = [`${table}.owner_user_id`, `${table}.owner_group_id`];
  const selves = selvesOf(viewer);
  whereInCase(
    query,
    [
      [
        (one) => one.whereNotNull(user),
        (one) => (viewer.ownerIds ? whereIdIn(one, user, selves) : one.whereIn(user, selves)),
      ],
      [(one) => one.whereNotNull(group), (one) => one.whereIn(group, [...viewer.groupIds])],
    ],
    seesPublic(viewer) ? (one) => one.whereNull(user) : (one) => one.whereIn(user, []),
  );
  return query;
}

/** At most so many of those that the viewer may not see. */
export async function findHiddenIds(db: Reader, viewer: ContactViewer, limit: number): Promise<number[]> {
  const among = () => db('contacts').select('id').limit(limit);
  if (!may(viewer, 'contacts', 'read')) return selectIds(db, among());
  const hidden = [
    among().whereNotNull('owner_user_id').whereNotIn('owner_user_id', selvesOf(viewer)),
    among()
      .whereNotNull('owner_group_id')
      .whereNotIn('owner_group_id', [...viewer.groupIds]),
    ...(seesPublic(viewer) ? [] : [among().whereNull('owner_user_id').whereNull('owner_group_id')]),
  ];
  const ids: number[] = [];
  for (const query of hidden) if (ids.length < limit) ids.push(...(await selectIds(db, query)));
  return ids.slice(0, limit);
}

/** Those whose private contacts they see. */
export function selvesOf({ id, ownerIds }: ContactViewer): number[] {
  return [...(id === null ? [] : [id]), ...(ownerIds ?? [])];
}

function whereNone<T extends Knex.QueryBuilder>(query: T, table: string): T {
  query.whereIn(`${table}.id`, []);
  return query;
}
