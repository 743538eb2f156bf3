import type { Living } from '../access/activity.ts';
import { covers, type Rights } from '../access/rights.ts';
import { may, type Viewer } from '../access/viewer.ts';
import type { Instant } from '../clock.ts';
import { Conflict, Forbidden } from '../verbs/refusals.ts';

/** Bundles users and carries permissions. */
export interface Group extends Living {
  id: number;
  name: string;
  description: string;
  /** What it grants while it is active. */
  rights: Rights;
  /** Whether its members need a second factor. */
  requiresSecondFactor: boolean;
  /** Whether everybody who signs in is told of it, and may ask to be a member. */
  canBeAskedFor: boolean;
  /** One of its members, who answers for it. */
  leaderId: number | null;
  leaderName: string | null;
  version: number;
  createdAt: Instant;
  createdBy: number | null;
}

/** Nobody changes a group that grants more than they hold: neither its members nor what it grants (R62). */
export function mayChange(viewer: Viewer, group: Pick<Group, 'rights'>): boolean {
  return may(viewer, 'groups', 'write') && mayGive(viewer, group);
}

/** Who changes a user says which groups they are in, of those that grant no more than they themself hold (R62). */
export function mayGive(viewer: Viewer, group: Pick<Group, 'rights'>): boolean {
  return covers(viewer.rights, group.rights);
}

/** A leader creates users: who may not create any makes nobody a leader, themself neither (R62). */
export function mayAppoint(viewer: Viewer): boolean {
  return may(viewer, 'users', 'write');
}

export const GRANTS_MORE = 'grants rights that you do not hold';

/** Throws Forbidden where the viewer may not change the group (R62). */
export function requireHeld(by: Viewer, group: Pick<Group, 'name' | 'rights'>): void {
  requireGivable(by, group);
  if (!mayChange(by, group)) throw new Forbidden('You may not change groups.');
}

/** Throws Forbidden where the viewer may put nobody into the group and take nobody out (R62). */
export function requireGivable(by: Viewer, group: Pick<Group, 'name' | 'rights'>): void {
  if (!mayGive(by, group)) throw new Forbidden(`The group ${group.name} ${GRANTS_MORE}.`);
}

/** Throws Forbidden where the actor may not change the group, and Conflict where nobody can while it is deleted. */
export function requireChangeable({ by }: { by: Viewer }, group: Group): void {
  requireHeld(by, group);
  requireNotDeleted(group);
}

/** Throws Conflict. */
export function requireNotDeleted({ name, activity }: Pick<Group, 'name' | 'activity'>): void {
  if (activity === 'deleted') throw new Conflict(`The group ${name} is deleted.`);
}

/** Whether its members have to have a second factor because of it: whoever takes somebody out, or says when they go, lets them off (R54). */
export function demandsFactor({
  activity,
  requiresSecondFactor,
}: Pick<Group, 'activity' | 'requiresSecondFactor'>): boolean {
  return activity === 'active' && requiresSecondFactor;
}

/** Whether it would no longer be demanded of them, which is asked about like the reset of one (R54). */
export function liftsDemand(
  group: Pick<Group, 'requiresSecondFactor'>,
  { requiresSecondFactor }: { requiresSecondFactor?: boolean },
): boolean {
  return group.requiresSecondFactor && requiresSecondFactor === false;
}
