import type { Knex } from 'knex';
import type { Activity } from '../access/activity.ts';
import { maySignIn, whereLetIn } from '../access/admission.ts';
import { isOver, whereNotOver } from '../access/granted-rights.ts';
import type { Instant } from '../clock.ts';
import { isGiven, whereNotDeleted } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';

/** Whether a group has a leader, and whether they can act as one: who may not sign in or is no longer a member leads nothing. */
export type Leadership = 'active' | 'inactive' | 'none';

/** What tells how a group is led. */
export interface LeaderRow {
  leader_name: string | null;
  leader_activity: Activity | null;
  leader_api_only: number | boolean | null;
  leader_starts_at: Instant | null;
  leader_leaves_at: Instant | null;
  leader_has_password: number | boolean;
  member_id: number | null;
  member_until_at: Instant | null;
}

/** Adds to a query of groups what tells how they are led. */
export function joinLeader(db: Reader, groups: Knex.QueryBuilder): Knex.QueryBuilder {
  return groups
    .leftJoin('users as leader', 'leader.id', 'groups.leader_id')
    .leftJoin('memberships', (join) =>
      join.on('memberships.group_id', 'groups.id').on('memberships.user_id', 'groups.leader_id'),
    )
    .select('leader.name as leader_name', 'leader.activity as leader_activity')
    .select('leader.api_only as leader_api_only', 'leader.starts_at as leader_starts_at')
    .select('leader.leaves_at as leader_leaves_at')
    .select({ leader_has_password: isGiven(db, 'leader.password_hash') })
    .select('memberships.user_id as member_id', 'memberships.until_at as member_until_at');
}

export function leadershipOf(row: LeaderRow, now: Instant): Leadership {
  if (row.leader_activity === null) return 'none';
  const leader = {
    activity: row.leader_activity,
    apiOnly: Boolean(row.leader_api_only),
    startsAt: row.leader_starts_at,
    leavesAt: row.leader_leaves_at,
  };
  const isMember = row.member_id !== null && !isOver({ untilAt: row.member_until_at }, now);
  // Who has chosen no password yet gets in nowhere.
  const canSignIn = Boolean(row.leader_has_password) && maySignIn(leader, now);
  return isMember && canSignIn ? 'active' : 'inactive';
}

/** How each of these groups is led now. */
export async function findLeaderships(db: Reader, ids: number[], now: Instant): Promise<Map<number, Leadership>> {
  const rows = await selectLeaders(db, { ids });
  return new Map(rows.map((row) => [row.id, leadershipOf(row, now)]));
}

const selectLeaders = prepared<{ ids: number[] }, LeaderRow & { id: number }>((db, { ids }) =>
  whereIdIn(joinLeader(db, db('groups').select('groups.id')), 'groups.id', ids),
);

/** The groups that the user leads: deleted groups have no leader, and a leader is a member, as a deputy is. */
export async function findLedIds(db: Reader, userId: number, now: Instant): Promise<number[]> {
  return ledBy(db, userId, now).pluck('groups.id');
}

/** Somebody is in an active group that another one leads. */
export interface Led {
  userId: number;
  groupId: number;
  leaderId: number;
}

/** Of each of these users who has some, the others who lead an active group of theirs, as leader or deputy, and may sign in. */
export async function findLeadersOf(db: Reader, userIds: number[], now: Instant): Promise<Map<number, number[]>> {
  const led = await findLeads(db, userIds, now);
  return new Map(
    [...Map.groupBy(led, ({ userId }) => userId)].map(([id, those]) => [
      id,
      [...new Set(those.map(({ leaderId }) => leaderId))],
    ]),
  );
}

/** The same with the groups through which they do. Who is no member of a group any more leads it no more. */
export async function findLeads(db: Reader, userIds: number[], now: Instant): Promise<Led[]> {
  const led = leadersOfActive(db, now)
    .join('memberships', 'memberships.group_id', 'groups.id')
    .whereNot('leader.id', db.ref('memberships.user_id'))
    .orderBy(['memberships.user_id', 'leader.id', 'groups.id'])
    .distinct('memberships.user_id as userId', 'groups.id as groupId', 'leader.id as leaderId');
  return whereNotOver(whereIdIn(led, 'memberships.user_id', userIds), now);
}

/** Who leads these groups, as leader or deputy, and may sign in. */
export async function findLeadersOfGroups(db: Reader, groupIds: number[], now: Instant): Promise<number[]> {
  const led = leadersOfActive(db, now).distinct('leader.id');
  return whereIdIn(led, 'groups.id', groupIds).pluck('leader.id');
}

/** Active groups with each who leads them and may sign in, as `leader`. */
function leadersOfActive(db: Reader, now: Instant): Knex.QueryBuilder {
  return db('groups')
    .leftJoin('deputies', (join) =>
      join.on('deputies.group_id', 'groups.id').on('deputies.leader_id', 'groups.leader_id'),
    )
    .join('users as leader', (join) => join.on('leader.id', 'groups.leader_id').orOn('leader.id', 'deputies.user_id'))
    .join('memberships as own', (join) => join.on('own.group_id', 'groups.id').on('own.user_id', 'leader.id'))
    .modify(whereNotOver, now, 'own')
    .where({ 'groups.activity': 'active', 'leader.activity': 'active', 'leader.api_only': false })
    .whereNotNull('leader.password_hash')
    .modify(whereLetIn, now, 'leader')
    .where((either) =>
      either
        .where('leader.id', db.ref('groups.leader_id'))
        .orWhere((deputy) => void whereNotOver(deputy, now, 'deputies')),
    );
}

/** The active groups that these users lead, by number. */
export async function findActiveGroupsLedBy(
  db: Reader,
  userIds: number[],
): Promise<{ id: number; name: string; leaderId: number }[]> {
  return selectActiveLedBy(db, { userIds });
}

const selectActiveLedBy = prepared<{ userIds: number[] }, { id: number; name: string; leaderId: number }>(
  (db, { userIds }) => {
    const led = db('groups').where('activity', 'active').orderBy('id').select('id', 'name', 'leader_id as leaderId');
    return whereIdIn(led, 'leader_id', userIds);
  },
);

/** Which of these users lead a group, whether or not they may act as its leader. */
export async function findLeadingIds(db: Reader, userIds: number[]): Promise<number[]> {
  const led = db('groups').modify(whereNotDeleted).distinct('leader_id');
  return whereIdIn(led, 'leader_id', userIds).pluck('leader_id');
}

/**
 * The groups that a user leads, as leader or as deputy of whoever is, as a query: the one place where it is asked. Who leads is a member
 * whose membership counts.
 */
export function ledBy(db: Reader, userId: number, now: Instant): Knex.QueryBuilder {
  const led: Knex.QueryBuilder = db('groups')
    .join('memberships', (join) => join.on('memberships.group_id', 'groups.id').onVal('memberships.user_id', userId))
    .leftJoin('deputies', (join) =>
      join
        .on('deputies.group_id', 'groups.id')
        .on('deputies.leader_id', 'groups.leader_id')
        .onVal('deputies.user_id', userId),
    )
    .where((either) =>
      either
        .where('groups.leader_id', userId)
        .orWhere((deputy) => deputy.whereNotNull('deputies.user_id').modify(whereNotOver, now, 'deputies')),
    )
    .modify(whereNotDeleted, 'groups');
  return whereNotOver(led, now);
}
