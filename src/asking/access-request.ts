import { grants, type Level, type Rights } from '../access/rights.ts';
import { may, type Viewer } from '../access/viewer.ts';
import type { Instant } from '../clock.ts';
import { type Group, mayChange } from '../groups/group.ts';
import { whyNotToLead } from '../leading/led-group.ts';

export type Answer = 'given' | 'refused' | 'withdrawn';

/** What is asked for: to be in a group, or a right, by whatever group that gives it. */
export type Asked = { groupId: number } | { application: string; level: Level };

/** That somebody asks for access, and what came of it. */
export interface AccessRequest {
  id: number;
  userId: number;
  userName: string;
  asked: Asked;
  reason: string;
  /** Until when they want it; null for as long as may be. */
  untilAt: Instant | null;
  askedAt: Instant;
  /** Null while it is open. */
  answer: Answer | null;
  answeredAt: Instant | null;
  answeredBy: number | null;
  /** What was said with it. */
  words: string;
  /** The group by which it was given. */
  givenGroupId: number | null;
}

/** So many of one person are open at once, and so many are asked in a day: each is mailed to somebody. */
export const MOST_OPEN = 5;
export const MOST_A_DAY = 10;

/** As what somebody gives a membership: as the leader of the group, or by their rights. */
export type Way = 'leading' | 'rights';

/** Who decides, with the groups that they lead. */
export type Decider = Viewer & { leads: number[] };

/** How they may give a membership of the group to somebody else; undefined where they may not. */
export function wayToGive(decider: Decider, group: Group): Way | undefined {
  if (group.activity !== 'active') return undefined;
  if (mayDecideAll(decider) && mayChange(decider, group)) return 'rights';
  return decider.leads.includes(group.id) && !whyNotToLead(group) ? 'leading' : undefined;
}

/** Who maintains users and groups sees all that is asked for, and says no to what they may not give. */
export function mayDecideAll(viewer: Viewer): boolean {
  return may(viewer, 'users', 'write') && may(viewer, 'groups', 'write');
}

/** Whether it is given to whoever is in a group with these rights. */
export function isGivenBy({ application, level }: { application: string; level: Level }, rights: Rights): boolean {
  return grants(rights, application, level);
}

/** Whether somebody may decide about it, or could have: never the one who asks. */
export function mayDecide(decider: Decider, { userId, asked }: AccessRequest, groups: Group[]): boolean {
  if (decider.id === userId) return false;
  if (mayDecideAll(decider)) return true;
  return groups.some((group) => isMeant(asked, group) && wayToGive(decider, group) === 'leading');
}

/** Whether a membership of the group is what is asked for. */
export function isMeant(asked: Asked, group: Pick<Group, 'id' | 'rights'>): boolean {
  return 'groupId' in asked ? group.id === asked.groupId : isGivenBy(asked, group.rights);
}
