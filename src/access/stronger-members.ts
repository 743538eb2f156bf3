import type { Instant } from '../clock.ts';
import { whereNotDeleted } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { whereIdAmong, whereIdIn } from '../db/ids.ts';
import { whereNotOver } from './granted-rights.ts';
import { coversBuiltIn, type Level, type Rights } from './rights.ts';

/**
 * For each of the groups that has one, a member who may do more than `rights`: nobody changes what somebody may do who
 * may do more than they themself may (R61). By group id, the member's name.
 */
export async function findStrongerMembers(
  db: Reader,
  rights: Rights,
  groupIds: number[],
  now: Instant,
): Promise<Map<number, string>> {
  const permissions: { group_id: number; application: string; level: Level }[] = await db('group_permissions');
  const beyond = permissions
    .filter(({ application, level }) => !coversBuiltIn(rights, { [application]: level }))
    .map((permission) => permission.group_id);
  if (beyond.length === 0 || groupIds.length === 0) return new Map();
  const members = db('memberships')
    .join('users', 'users.id', 'memberships.user_id')
    .join('memberships as theirs', 'theirs.user_id', 'users.id')
    .modify(whereNotDeleted, 'users')
    .where((either) => either.whereNull('theirs.until_at').orWhere('theirs.until_at', '>', now));
  whereIdIn(whereNotOver(members, now), 'memberships.group_id', groupIds);
  const found: { group_id: number; name: string }[] = await whereIdAmong(members, 'theirs.group_id', beyond)
    .groupBy('memberships.group_id')
    .select('memberships.group_id')
    .min('users.name as name');
  return new Map(found.map((row) => [row.group_id, row.name]));
}
