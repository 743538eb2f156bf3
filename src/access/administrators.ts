import type { Knex } from 'knex';
import type { Reader } from '../db/database.ts';
import { grants, type Rights } from './rights.ts';

/**
 * An administrator may write users and groups through an active group and a membership without an end, is active, has a
 * password, is not API-only and has no expiry date. Being locked does not matter: a lock ends by itself and by the command line.
 */
function administrators(db: Reader, without: Partial<Record<'users' | 'groups', number[]>> = {}) {
  const mayWrite = (application: 'users' | 'groups') =>
    db('memberships')
      .join('groups', 'groups.id', 'memberships.group_id')
      .join('group_permissions', 'group_permissions.group_id', 'groups.id')
      .where({ 'groups.activity': 'active', application, level: 'write' })
      .whereNull('memberships.until_on')
      .whereNotIn('groups.id', without[application] ?? [])
      .select('memberships.user_id');
  return db('users')
    .where({ activity: 'active', api_only: false })
    .whereNotNull('password_hash')
    .whereNull('expires_on')
    .whereIn('id', mayWrite('users'))
    .whereIn('id', mayWrite('groups'));
}

/** Whether groups that grant this make administrators of their members. */
export function makeAdministrators(rights: Rights): boolean {
  return grants(rights, 'users', 'write') && grants(rights, 'groups', 'write');
}

/** Whether groups that grant this give a part of what makes an administrator. */
export function givesAdministration(rights: Rights): boolean {
  return grants(rights, 'users', 'write') || grants(rights, 'groups', 'write');
}

/** By name. */
export async function findAdministratorIds(db: Reader): Promise<number[]> {
  return administrators(db).orderBy('sort_name').pluck('id');
}

/** Whether there is an administrator, or would be if these groups did not grant write on users, or on groups. */
export async function isAnyAdministrator(
  db: Reader,
  without: Parameters<typeof administrators>[1] = {},
): Promise<boolean> {
  return (await administrators(db, without).select('id').first()) !== undefined;
}

export async function isAdministrator(db: Reader, userId: number): Promise<boolean> {
  return (await administrators(db).where('id', userId).first('id')) !== undefined;
}

/** Whether one of those whose ids a query finds is an administrator. */
export async function isAnyAdministratorWith(db: Reader, ids: Knex.QueryBuilder): Promise<boolean> {
  return (await administrators(db).whereIn('id', ids).first('id')) !== undefined;
}

/** If nobody else would be an administrator after these were gone, the one of them who has to stay. */
export async function findLastAdministrator(db: Reader, goingIds: number[]): Promise<number | undefined> {
  const all: number[] = await administrators(db).orderBy('id').pluck('id');
  const going = new Set(goingIds);
  return all.every((id) => going.has(id)) ? all[0] : undefined;
}
