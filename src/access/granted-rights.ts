import type { Knex } from 'knex';
import type { Day } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { type Rights, union } from './rights.ts';

type PermissionRow = Pick<Row<'memberships'>, 'user_id'> & Pick<Row<'group_permissions'>, 'application' | 'level'>;

/** Whether the membership is past its last day and gives nothing any more. Days are UTC. */
export function isOver(membership: { untilOn: Day | null }, today: Day): boolean {
  return membership.untilOn !== null && membership.untilOn < today;
}

/** What the user may do now: the union over their active groups, or over those of them that are not left out. */
export async function findRights(
  db: Reader,
  userId: number,
  today: Day,
  withoutGroupIds: number[] = [],
): Promise<Rights> {
  const rows = await rightsOf(db, userId, today).whereNotIn('groups.id', withoutGroupIds);
  return union(rows.map((row) => ({ [row.application]: row.level })));
}

/** A query of what the user may do now: each row an application and a level, through one group. */
export function rightsOf(db: Reader, userId: number, today: Day): Knex.QueryBuilder<PermissionRow, PermissionRow[]> {
  return permissionsOf(db, [userId], today).where('groups.activity', 'active');
}

/**
 * What each user's groups grant, deactivated and deleted ones included: they may come back. A membership that will end
 * counts, one that is over does not. Users without any are missing.
 */
export async function findPotentialRights(db: Reader, userIds: number[], today: Day): Promise<Map<number, Rights>> {
  const found = new Map<number, Rights>();
  for (const row of await selectPotential(db, { userIds, today }))
    found.set(row.user_id, union([found.get(row.user_id) ?? {}, { [row.application]: row.level }]));
  return found;
}

const selectPotential = prepared<{ userIds: number[]; today: Day }, PermissionRow>((db, { userIds, today }) =>
  permissionsOf(db, userIds, today),
);

/** Restricts a query of memberships to those that are not over. */
export function whereNotOver<T extends Knex.QueryBuilder>(query: T, today: Day): T {
  query.where((either) => either.whereNull('memberships.until_on').orWhere('memberships.until_on', '>=', today));
  return query;
}

function permissionsOf(db: Reader, userIds: number[], today: Day): Knex.QueryBuilder<PermissionRow, PermissionRow[]> {
  const memberships: Knex.QueryBuilder = db('memberships')
    .join('groups', 'groups.id', 'memberships.group_id')
    .join('group_permissions', 'group_permissions.group_id', 'groups.id')
    .select('memberships.user_id', 'group_permissions.application', 'group_permissions.level');
  return whereNotOver(whereIdIn(memberships, 'memberships.user_id', userIds), today);
}
