import { maySignIn } from '../access/admission.ts';
import { isOver, whereNotOver } from '../access/granted-rights.ts';
import type { Day } from '../clock.ts';
import { isGiven } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';

/** Whether a group has a leader, and whether they can act as one: who may not sign in or is no longer a member leads nothing. */
export type Leadership = 'active' | 'inactive' | 'none';

/** How each group is led, by its id. */
export async function findLeaderships(db: Reader, today: Day): Promise<Map<number, Leadership>> {
  const rows = await db('groups')
    .leftJoin('users', 'users.id', 'groups.leader_id')
    .leftJoin('memberships', (join) =>
      join.on('memberships.group_id', 'groups.id').on('memberships.user_id', 'groups.leader_id'),
    )
    .select('groups.id', 'users.activity', 'users.api_only', 'users.expires_on')
    .select({ has_password: isGiven(db, 'users.password_hash') })
    .select('memberships.user_id as member_id', 'memberships.until_on');
  return new Map(
    rows.map((row) => {
      if (row.activity === null) return [row.id, 'none'];
      const leader = { activity: row.activity, apiOnly: Boolean(row.api_only), expiresOn: row.expires_on };
      const isMember = row.member_id !== null && !isOver({ untilOn: row.until_on }, today);
      // Who has chosen no password yet gets in nowhere.
      const canSignIn = Boolean(row.has_password) && maySignIn(leader, today);
      return [row.id, isMember && canSignIn ? 'active' : 'inactive'];
    }),
  );
}

/** The groups that the user leads: deleted groups have no leader, and a leader is a member. */
export async function findLedIds(db: Reader, userId: number, today: Day): Promise<number[]> {
  const led = db('groups')
    .join('memberships', (join) =>
      join.on('memberships.group_id', 'groups.id').on('memberships.user_id', 'groups.leader_id'),
    )
    .where('groups.leader_id', userId)
    .whereNot('groups.activity', 'deleted');
  return whereNotOver(led, today).orderBy('groups.name_key').pluck('groups.id');
}
