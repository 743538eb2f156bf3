import type { Knex } from 'knex';
import type { Activity } from '../access/activity.ts';
import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';

/** A group that a program keeps here. */
export interface ProvisionedGroup {
  groupId: number;
  provisionerId: number;
  name: string;
  externalId: string | null;
  activity: Activity;
  /** It was here before, and the program has said nothing of it yet. */
  isNewHere: boolean;
  createdAt: Instant;
  modifiedAt: Instant;
  version: number;
  groupVersion: number;
}

type Found = Row<'provisioned_groups'> & Pick<Row<'groups'>, 'name'> & { group_version: number };

function selectProvisionedGroups(db: Reader): Knex.QueryBuilder<Found, Found[]> {
  return db('provisioned_groups')
    .join('groups', 'groups.id', 'provisioned_groups.group_id')
    .select('provisioned_groups.*', 'groups.name', 'groups.version as group_version');
}

/** In the order of the ids, whoever keeps them. */
export async function findProvisionedGroups(db: Reader, ids: number[]): Promise<ProvisionedGroup[]> {
  const rows = await selectOfIds(db, { ids });
  const byId = new Map(rows.map((row) => [row.group_id, groupOf(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

const selectOfIds = prepared<{ ids: number[] }, Found>((db, { ids }) =>
  whereIdIn(selectProvisionedGroups(db), 'provisioned_groups.group_id', ids),
);

/** All that this program keeps and that are not deleted. */
export async function findKeptGroupIds(db: Reader, provisionerId: number): Promise<number[]> {
  return db('provisioned_groups')
    .where({ provisioner_id: provisionerId })
    .whereNot('activity', 'deleted')
    .orderBy('group_id')
    .pluck('group_id');
}

export async function insertProvisionedGroup(
  trx: Transaction,
  group: Pick<ProvisionedGroup, 'groupId' | 'provisionerId' | 'externalId' | 'activity' | 'isNewHere'>,
  at: Instant,
): Promise<void> {
  await trx('provisioned_groups').where({ group_id: group.groupId }).delete();
  await trx('provisioned_groups').insert({
    group_id: group.groupId,
    provisioner_id: group.provisionerId,
    external_id: group.externalId,
    activity: group.activity,
    is_new_here: group.isNewHere,
    created_at: at,
    modified_at: at,
  });
}

/** The program said something of it: its own name for it, or who is in it. */
export async function noteGroupTold(
  trx: Transaction,
  groupId: number,
  externalId: string | null,
  at: Instant,
): Promise<void> {
  await trx('provisioned_groups')
    .where({ group_id: groupId })
    .update({ external_id: externalId, is_new_here: false, modified_at: at })
    .increment('version');
}

/** Who of this program's users is in which of these groups, and is not deleted, by group; at most so many all in all. */
export async function findMemberIds(
  db: Reader,
  provisionerId: number,
  groupIds: number[],
  most: number,
): Promise<Map<number, number[]>> {
  const query = db('memberships')
    .join('provisioned_users', 'provisioned_users.user_id', 'memberships.user_id')
    .where('provisioned_users.provisioner_id', provisionerId)
    .whereNot('provisioned_users.activity', 'deleted');
  const rows: { group_id: number; user_id: number }[] = await whereIdIn(query, 'memberships.group_id', groupIds)
    .orderBy(['memberships.group_id', 'memberships.user_id'])
    .limit(most)
    .select('memberships.group_id', 'memberships.user_id');
  const members = new Map<number, number[]>();
  for (const { group_id, user_id } of rows) {
    const known = members.get(group_id);
    if (known) known.push(user_id);
    else members.set(group_id, [user_id]);
  }
  return members;
}

/** In which of the program's groups these are, by user. */
export async function findGroupsOfUsers(
  db: Reader,
  provisionerId: number,
  userIds: number[],
): Promise<Map<number, { id: number; name: string }[]>> {
  const query = db('memberships')
    .join('provisioned_groups', 'provisioned_groups.group_id', 'memberships.group_id')
    .join('groups', 'groups.id', 'memberships.group_id')
    .where('provisioned_groups.provisioner_id', provisionerId)
    .whereNot('provisioned_groups.activity', 'deleted');
  const rows: { user_id: number; id: number; name: string }[] = await whereIdIn(query, 'memberships.user_id', userIds)
    .orderBy(['memberships.user_id', 'groups.id'])
    .select('memberships.user_id', 'groups.id', 'groups.name');
  const groups = Map.groupBy(rows, (row) => row.user_id);
  return new Map([...groups].map(([id, those]) => [id, those.map((one) => ({ id: one.id, name: one.name }))]));
}

/** The groups in which a user is, deleted ones included, with who put them there and who keeps the group. */
export async function findEveryMembership(
  db: Reader,
  userId: number,
): Promise<{ groupId: number; grantedBy: number | null; provisionerId: number | null; activity: Activity }[]> {
  return db('memberships')
    .join('groups', 'groups.id', 'memberships.group_id')
    .leftJoin('provisioned_groups', 'provisioned_groups.group_id', 'memberships.group_id')
    .where('memberships.user_id', userId)
    .orderBy('memberships.group_id')
    .select(
      'memberships.group_id as groupId',
      'memberships.granted_by as grantedBy',
      'provisioned_groups.provisioner_id as provisionerId',
      'groups.activity',
    );
}

function groupOf(row: Found): ProvisionedGroup {
  return {
    groupId: row.group_id,
    provisionerId: row.provisioner_id,
    name: row.name,
    externalId: row.external_id,
    activity: row.activity,
    isNewHere: Boolean(row.is_new_here),
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    version: row.version,
    groupVersion: row.group_version,
  };
}
