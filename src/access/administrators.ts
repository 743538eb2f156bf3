import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { whereIdAmong } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import { grants, type Rights } from './rights.ts';

/**
 * An administrator may write users and groups through an active group and a membership without an end, is active, has a
 * password, is not API-only, has started and is not to leave, nor to be
 * deactivated or taken out of a group at a moment that is set. Being locked does not matter: a lock ends by itself and by the command line.
 */
function administrators(db: Reader, now: Instant, without: Partial<Record<'users' | 'groups', number[]>> = {}) {
  const mayWrite = (application: 'users' | 'groups') =>
    db('memberships')
      .join('groups', 'groups.id', 'memberships.group_id')
      .join('group_permissions', 'group_permissions.group_id', 'groups.id')
      .where({ 'groups.activity': 'active', application, level: 'write' })
      .whereNull('memberships.until_at')
      .modify((granting) => {
        const ids = without[application];
        if (ids) granting.whereNot((among) => void whereIdAmong(among, 'groups.id', ids));
      })
      .select('memberships.user_id');
  return db('users')
    .where({ activity: 'active', api_only: false })
    .whereNotNull('password_hash')
    .where((either) => either.whereNull('starts_at').orWhere('starts_at', '<=', now))
    .whereNull('leaves_at')
    .whereNotIn('id', db('scheduled_users').where('ends_rights', true).select('user_id'))
    .whereIn('id', mayWrite('users'))
    .whereIn('id', mayWrite('groups'));
}

/** Whose groups would make an administrator of them, whatever else stands in the way: deactivated and deleted groups may come back. */
export async function findWhoMayAdminister(db: Reader): Promise<Set<number>> {
  const granting = (application: 'users' | 'groups') =>
    db('group_permissions').where({ application, level: 'write' }).pluck('group_id');
  const members = async (application: 'users' | 'groups'): Promise<number[]> =>
    db('memberships')
      .whereIn('group_id', await granting(application))
      .pluck('user_id');
  const ofGroups = new Set(await members('groups'));
  return new Set((await members('users')).filter((id) => ofGroups.has(id)));
}

/** After every start. */
const AT_LAST: Instant = '9999-12-31T23:59:59.999Z';

/** Whether groups that grant this make administrators of their members. */
export function makeAdministrators(rights: Rights): boolean {
  return grants(rights, 'users', 'write') && grants(rights, 'groups', 'write');
}

/** Whether groups that grant this give a part of what makes an administrator. */
export function givesAdministration(rights: Rights): boolean {
  return grants(rights, 'users', 'write') || grants(rights, 'groups', 'write');
}

/** By name. */
export async function findAdministratorIds(db: Reader, now: Instant): Promise<number[]> {
  return administrators(db, now).orderBy('sort_name').pluck('id');
}

/** Whether somebody is one, or will be: by a clock that was set back nothing is to be set up anew. */
export function isSetUp(db: Reader): Promise<boolean> {
  return isAnyAdministrator(db, AT_LAST);
}

/** Whether there is an administrator, or would be if these groups did not grant write on users, or on groups. */
export async function isAnyAdministrator(
  db: Reader,
  now: Instant,
  without: Parameters<typeof administrators>[2] = {},
): Promise<boolean> {
  const form = { withoutUsers: without.users !== undefined, withoutGroups: without.groups !== undefined };
  return (await selectFirst(db, form, { ...without, now })).length > 0;
}

/** Asked for each piece of what is done to many. */
const selectFirst = preparedInForms<
  { withoutUsers: boolean; withoutGroups: boolean },
  { users?: number[]; groups?: number[]; now: Instant },
  { id: number }
>((db, { withoutUsers, withoutGroups }, { users, groups, now }) => {
  const without = { ...(withoutUsers && { users }), ...(withoutGroups && { groups }) };
  return administrators(db, now, without).select('id').limit(1);
});

const selectAll = prepared<{ now: Instant }, { id: number }>((db, { now }) =>
  administrators(db, now).orderBy('id').select('id'),
);

export async function isAdministrator(db: Reader, userId: number, now: Instant): Promise<boolean> {
  return (await administrators(db, now).where('id', userId).first('id')) !== undefined;
}

/** Whether one of those whose ids a query finds is an administrator. */
export async function isAnyAdministratorWith(db: Reader, ids: Knex.QueryBuilder, now: Instant): Promise<boolean> {
  return (await administrators(db, now).whereIn('id', ids).first('id')) !== undefined;
}

/** If nobody else would be an administrator after these were gone, the one of them who has to stay. */
export async function findLastAdministrator(db: Reader, goingIds: number[], now: Instant): Promise<number | undefined> {
  const all = await selectAll(db, { now });
  const going = new Set(goingIds);
  return all.every(({ id }) => going.has(id)) ? all.at(0)?.id : undefined;
}

/** The same of those of whom it is known what their groups grant: mostly nobody is among them who could be one. */
export async function findLastAdministratorAmong(
  db: Reader,
  going: { id: number; rights: Rights }[],
  now: Instant,
): Promise<number | undefined> {
  if (!going.some(({ rights }) => makeAdministrators(rights))) return undefined;
  return findLastAdministrator(
    db,
    going.map(({ id }) => id),
    now,
  );
}
