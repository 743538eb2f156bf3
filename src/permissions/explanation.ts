import type { Activity } from '../access/activity.ts';
import { isOver } from '../access/granted-rights.ts';
import type { Level } from '../access/rights.ts';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { findGroupsOf } from '../groups/group-store.ts';
import { sortedByName } from '../text/sort-key.ts';

/** A group of the user that grants a right, and what it does for them. */
export interface Reason {
  groupId: number;
  groupName: string;
  level: Level;
  membership: { grantedAt: Instant; grantedBy: number | null; untilAt: Instant | null };
  /** Why it gives nothing to the user; undefined where it does. */
  hindrance?: 'deactivated' | 'deleted' | 'ended';
}

/** What a user may do in one application, and why, or why not. */
export interface Explanation {
  application: string;
  level: Level | 'none';
  /** Those that count first, then the others. */
  reasons: Reason[];
}

const selectMemberships = prepared<{ userId: number }, Row<'memberships'>>((db, { userId }) =>
  db('memberships').where('user_id', userId),
);

/** For each of the applications, in their order, by the groups that the user is in. */
export async function explain(
  db: Reader,
  userId: number,
  applications: string[],
  now: Instant,
): Promise<Explanation[]> {
  const rows = await selectMemberships(db, { userId });
  const memberships = new Map(
    rows.map((row) => [row.group_id, { grantedAt: row.granted_at, grantedBy: row.granted_by, untilAt: row.until_at }]),
  );
  const groups = sortedByName(await findGroupsOf(db, [...memberships.keys()]), (group) => group.name);
  return applications.map((application) => {
    const reasons = groups.flatMap((group): Reason[] => {
      const level = group.rights[application];
      if (level === undefined) return [];
      const membership = memberships.get(group.id)!;
      const hindrance = hindranceOf(group.activity, membership, now);
      return [{ groupId: group.id, groupName: group.name, level, membership, hindrance }];
    });
    const counting = reasons.filter((reason) => !reason.hindrance);
    const level = counting.some((reason) => reason.level === 'write') ? 'write' : counting.length > 0 ? 'read' : 'none';
    return { application, level, reasons: [...counting, ...reasons.filter((reason) => reason.hindrance)] };
  });
}

function hindranceOf(activity: Activity, membership: { untilAt: Instant | null }, now: Instant): Reason['hindrance'] {
  if (activity !== 'active') return activity;
  return isOver(membership, now) ? 'ended' : undefined;
}
