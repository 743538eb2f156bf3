import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { whereIdAmong, whereIdIn } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { type Level, type Rights, union } from './rights.ts';

type PermissionRow = Pick<Row<'memberships'>, 'user_id'> & Pick<Row<'group_permissions'>, 'application' | 'level'>;

/** Whether the membership has come to its end and gives nothing any more. */
export function isOver(membership: { untilAt: Instant | null }, now: Instant): boolean {
  return membership.untilAt !== null && membership.untilAt <= now;
}

/** What the user may do now: the union over their active groups, or over those of them that are not left out. */
export async function findRights(
  db: Reader,
  userId: number,
  now: Instant,
  withoutGroupIds: number[] = [],
): Promise<Rights> {
  const rows = await selectRights(db, { isWithout: withoutGroupIds.length > 0 }, { userId, now, withoutGroupIds });
  return union(rows.map((row) => ({ [row.application]: row.level })));
}

const selectRights = preparedInForms<
  { isWithout: boolean },
  { userId: number; now: Instant; withoutGroupIds: number[] },
  PermissionRow
>((db, { isWithout }, { userId, now, withoutGroupIds }) => {
  const rights = rightsOf(db, userId, now);
  return isWithout ? rights.whereNot((among) => void whereIdAmong(among, 'groups.id', withoutGroupIds)) : rights;
});

/** A query of what the user may do now: each row an application and a level, through one group. */
export function rightsOf(db: Reader, userId: number, now: Instant): Knex.QueryBuilder<PermissionRow, PermissionRow[]> {
  return permissionsOf(db, [userId], now)
    .join('groups', 'groups.id', 'memberships.group_id')
    .where('groups.activity', 'active');
}

/**
 * What each user's groups grant, deactivated and deleted ones included: they may come back. A membership that will end
 * counts, one that is over does not. Users without any are missing.
 */
export async function findPotentialRights(db: Reader, userIds: number[], now: Instant): Promise<Map<number, Rights>> {
  const found = new Map<number, Record<string, Level | undefined>>();
  for (const { user_id, application, level } of await selectPotential(db, { userIds, now })) {
    const rights = found.get(user_id);
    if (!rights) found.set(user_id, { [application]: level });
    else if (rights[application] !== 'write') rights[application] = level;
  }
  return found;
}

const selectPotential = prepared<{ userIds: number[]; now: Instant }, PermissionRow>((db, { userIds, now }) =>
  permissionsOf(db, userIds, now),
);

/** Restricts a query to memberships, or to whatever else ends as they do, that are not over. */
export function whereNotOver<T extends Knex.QueryBuilder>(query: T, now: Instant, table = 'memberships'): T {
  query.where((either) => either.whereNull(`${table}.until_at`).orWhere(`${table}.until_at`, '>', now));
  return query;
}

function permissionsOf(db: Reader, userIds: number[], now: Instant): Knex.QueryBuilder<PermissionRow, PermissionRow[]> {
  const memberships: Knex.QueryBuilder = db('memberships')
    .join('group_permissions', 'group_permissions.group_id', 'memberships.group_id')
    .select('memberships.user_id', 'group_permissions.application', 'group_permissions.level');
  return whereNotOver(whereIdIn(memberships, 'memberships.user_id', userIds), now);
}
