import type { Knex } from 'knex';
import type { Day, Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';

export interface Membership {
  userId: number;
  groupId: number;
  groupName: string;
  groupActivity: 'active' | 'deactivated' | 'deleted';
  grantedAt: Instant;
  grantedBy: number | null;
  /** The last day on which it counts. */
  untilOn: Day | null;
}

interface MembershipRow {
  user_id: number;
  group_id: number;
  group_name: string;
  group_activity: Membership['groupActivity'];
  granted_at: Instant;
  granted_by: number | null;
  until_on: Day | null;
}

/** The groups of each user, by name, without deleted groups. Memberships that are over are among them. */
export async function findMemberships(db: Reader, userIds: number[]): Promise<Membership[]> {
  const memberships: Knex.QueryBuilder = db('memberships')
    .join('groups', 'groups.id', 'memberships.group_id')
    .whereNot('groups.activity', 'deleted')
    .orderBy(['memberships.user_id', 'groups.name_key'])
    .select('memberships.*', 'groups.name as group_name', 'groups.activity as group_activity');
  const rows: MembershipRow[] = await whereIdIn(memberships, 'memberships.user_id', userIds);
  return rows.map((row) => ({
    userId: row.user_id,
    groupId: row.group_id,
    groupName: row.group_name,
    groupActivity: row.group_activity,
    grantedAt: row.granted_at,
    grantedBy: row.granted_by,
    untilOn: row.until_on,
  }));
}

/** Makes the user a member of exactly these groups; since, by whom and until stay for those kept. */
export async function setMemberships(
  trx: Transaction,
  userId: number,
  groupIds: number[],
  granted: { at: Instant; by: number | null },
): Promise<void> {
  // Memberships in deleted groups are not shown anywhere, so nobody can mean to end them.
  const shown = trx('groups').whereNot('activity', 'deleted').select('id');
  await trx('memberships')
    .where('user_id', userId)
    .whereIn('group_id', shown)
    .whereNotIn('group_id', groupIds)
    .delete();
  if (groupIds.length === 0) return;
  await trx('memberships')
    .insert(groupIds.map((id) => ({ user_id: userId, group_id: id, granted_at: granted.at, granted_by: granted.by })))
    .onConflict(['user_id', 'group_id'])
    .ignore();
}
