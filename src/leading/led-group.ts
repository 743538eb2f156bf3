import { grants, type Rights, union } from '../access/rights.ts';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import type { Group } from '../groups/group.ts';
import { findGroup, findGroupsOf } from '../groups/group-store.ts';
import { findLedIds } from '../groups/leader.ts';
import { sortedByName } from '../text/sort-key.ts';
import { Forbidden } from '../verbs/refusals.ts';

/** Who may write on these may change others, so membership in a group that grants it is not for a leader to give. */
const POWERFUL = ['users', 'groups', 'settings'];

/** By name, deactivated ones included. */
export async function findLedGroups(db: Reader, userId: number, now: Instant): Promise<Group[]> {
  return sortedByName(await findGroupsOf(db, await findLedIds(db, userId, now)), (group) => group.name);
}

/** A group that the user leads. Any other is refused as if it were not there. */
export async function findLedGroup(db: Reader, userId: number | null, groupId: number, now: Instant): Promise<Group> {
  const ledIds = userId === null ? [] : await findLedIds(db, userId, now);
  if (!ledIds.includes(groupId)) throw new Forbidden('There is no such group.', true);
  return findGroup(db, groupId);
}

/** Why the leader may not change who is in the group; undefined where they may. */
export function whyNotToLead(group: Pick<Group, 'name' | 'activity' | 'rights'>): string | undefined {
  if (group.activity !== 'active') return `The group ${group.name} is ${group.activity}.`;
  const powerful = POWERFUL.filter((application) => grants(group.rights, application, 'write'));
  return powerful.length > 0
    ? `The group ${group.name} grants write on ${powerful.join(', ')}, so only administrators choose its members.`
    : undefined;
}

/** What somebody can be given by the groups that a leader fills; only whose rights these cover is theirs to help. */
export function rightsInReach(groups: Group[]): Rights {
  return union(groups.filter((group) => !whyNotToLead(group)).map((group) => group.rights));
}
