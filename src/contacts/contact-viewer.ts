import type { Knex } from 'knex';
import type { Day } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { whereNotOver } from '../groups/membership-store.ts';
import { may, type Viewer } from '../users/user.ts';
import type { ContactViewer } from './contact.ts';

/** The viewer with what decides which contacts they see today. The program itself sees the public ones. */
export async function findContactViewer(db: Reader, viewer: Viewer, today: Day): Promise<ContactViewer> {
  const nobodys = { ...viewer, noSharedData: false, groupIds: new Set<number>() };
  if (viewer.id === null || !may(viewer, 'contacts', 'read')) return nobodys;
  const user = await db('users').where('id', viewer.id).first('no_shared_data');
  const memberships = db('memberships')
    .join('groups', 'groups.id', 'memberships.group_id')
    .where({ 'memberships.user_id': viewer.id, 'groups.activity': 'active' });
  const groupIds: number[] = await whereNotOver(memberships, today).pluck('groups.id');
  return { ...viewer, noSharedData: Boolean(user?.no_shared_data), groupIds: new Set(groupIds) };
}

/** Restricts a query of contacts to those that the viewer may see. `maySee` says the same of one contact. */
export function whereVisible<T extends Knex.QueryBuilder>(query: T, viewer: ContactViewer, table = 'contacts'): T {
  if (!may(viewer, 'contacts', 'read')) query.whereRaw('1 = 0');
  else
    query.where((either) => {
      whereOwn(either, viewer, table);
      if (!viewer.noSharedData)
        either.orWhere((one) => one.whereNull(`${table}.owner_user_id`).whereNull(`${table}.owner_group_id`));
    });
  return query;
}

/** The same without the public ones. */
export function whereOwnVisible<T extends Knex.QueryBuilder>(query: T, viewer: ContactViewer, table = 'contacts'): T {
  if (!may(viewer, 'contacts', 'read')) query.whereRaw('1 = 0');
  else query.where((either) => whereOwn(either, viewer, table));
  return query;
}

function whereOwn(either: Knex.QueryBuilder, viewer: ContactViewer, table: string): void {
  either.whereIn(`${table}.owner_group_id`, [...viewer.groupIds]);
  if (viewer.id !== null) either.orWhere(`${table}.owner_user_id`, viewer.id);
}
