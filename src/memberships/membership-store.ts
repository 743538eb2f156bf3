import type { Knex } from 'knex';
import type { Activity } from '../access/activity.ts';
import { whereNotOver } from '../access/granted-rights.ts';
import type { Instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import { whereNotDeleted } from '../db/conditions.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { sortedByName } from '../text/sort-key.ts';

export interface Membership {
  userId: number;
  groupId: number;
  groupName: string;
  groupActivity: Activity;
  grantedAt: Instant;
  grantedBy: number | null;
  /** From this moment on it gives nothing. */
  untilAt: Instant | null;
}

type Found = Row<'memberships'> & { group_name: string; group_activity: Row<'groups'>['activity'] };

const selectMemberships = prepared<{ userIds: number[] }, Found>((db, { userIds }) => {
  const memberships: Knex.QueryBuilder = db('memberships')
    .join('groups', 'groups.id', 'memberships.group_id')
    .modify(whereNotDeleted, 'groups')
    .select('memberships.*', 'groups.name as group_name', 'groups.activity as group_activity');
  return whereIdIn(memberships, 'memberships.user_id', userIds);
});

/** The groups of each user, by name, without deleted groups. Memberships that are over are among them. */
export async function findMemberships(db: Reader, userIds: number[]): Promise<Membership[]> {
  const rows = await selectMemberships(db, { userIds });
  return sortedByName(rows, (row) => row.group_name).map((row) => ({
    userId: row.user_id,
    groupId: row.group_id,
    groupName: row.group_name,
    groupActivity: row.group_activity,
    grantedAt: row.granted_at,
    grantedBy: row.granted_by,
    untilAt: row.until_at,
  }));
}

/** Of each of these users, the groups whose membership counts today; deactivated and deleted groups are among them. */
export async function findCountingGroupIds(
  db: Reader,
  userIds: number[],
  now: Instant,
): Promise<Map<number, number[]>> {
  const memberships: Knex.QueryBuilder = db('memberships').select('user_id', 'group_id');
  const rows: { user_id: number; group_id: number }[] = await whereNotOver(
    whereIdIn(memberships, 'user_id', userIds),
    now,
  );
  return new Map(
    [...Map.groupBy(rows, (row) => row.user_id)].map(([id, those]) => [id, those.map((row) => row.group_id)]),
  );
}

/** In which groups a user was, and is to be. */
export interface MembershipChange {
  id: number;
  from: number[];
  to: number[];
  /** When those end that come, by group; left out, they have no end. */
  ends?: ReadonlyMap<number, Instant | null>;
}

/** Takes users out of groups and puts them into others; since, by whom and until stay for those kept. */
export async function changeMemberships(
  trx: Transaction,
  changes: MembershipChange[],
  granted: { at: Instant; by: number | null },
): Promise<void> {
  const going = changes.flatMap(({ id, from, to }) =>
    from.filter((groupId) => !to.includes(groupId)).map((groupId) => ({ userId: id, groupId })),
  );
  for (const [groupId, those] of Map.groupBy(going, (one) => one.groupId)) {
    const ids = those.map((one) => one.userId);
    await remove(trx, groupId, ids);
  }
  const coming = changes.flatMap(({ id, from, to, ends }) =>
    to
      .filter((groupId) => !from.includes(groupId))
      .map((groupId) => ({ user_id: id, group_id: groupId, until_at: ends?.get(groupId) ?? null })),
  );
  await bulkInsert(
    trx,
    'memberships',
    coming.map((one) => ({ ...one, granted_at: granted.at, granted_by: granted.by })),
  );
}

/** Of these users, those with a membership in the group, and its end. */
export async function findMembershipsIn(
  db: Reader,
  groupId: number,
  userIds: number[],
): Promise<Map<number, { untilAt: Instant | null }>> {
  const rows = await whereIdIn(db('memberships').where('group_id', groupId), 'user_id', userIds);
  return new Map(rows.map((row: MembershipColumns) => [row.user_id, { untilAt: row.until_at }]));
}

/** Until when the user is in which of these groups, deleted ones included; those that are over are left out. */
export async function findEndsIn(
  db: Reader,
  userId: number,
  groupIds: number[],
  now: Instant,
): Promise<Map<number, Instant | null>> {
  const memberships: Knex.QueryBuilder = db('memberships').where('user_id', userId).select('group_id', 'until_at');
  const rows: { group_id: number; until_at: Instant | null }[] = await whereNotOver(
    whereIdIn(memberships, 'group_id', groupIds),
    now,
  );
  return new Map(rows.map((row) => [row.group_id, row.until_at]));
}

type MembershipColumns = { user_id: number; until_at: Instant | null };

/** Makes them members of the group, anew where they were. */
export async function grant(
  trx: Transaction,
  groupId: number,
  userIds: number[],
  { at, by, untilAt }: { at: Instant; by: number | null; untilAt: Instant | null },
): Promise<void> {
  await remove(trx, groupId, userIds);
  const granted = { group_id: groupId, granted_at: at, granted_by: by, until_at: untilAt };
  await bulkInsert(
    trx,
    'memberships',
    userIds.map((user_id) => ({ user_id, ...granted })),
  );
}

export async function setEnd(
  trx: Transaction,
  groupId: number,
  userIds: number[],
  untilAt: Instant | null,
): Promise<void> {
  await whereIdIn(trx('memberships').where('group_id', groupId), 'user_id', userIds).update({ until_at: untilAt });
}

export async function remove(trx: Transaction, groupId: number, userIds: number[]): Promise<void> {
  await whereIdIn(trx('memberships').where('group_id', groupId), 'user_id', userIds).delete();
}
