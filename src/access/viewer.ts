import { type Application, covers, coversBuiltIn, grants, type Level, type Rights } from './rights.ts';

/** Who asks: a signed-in user, or (without an id) the program itself. */
export interface Viewer {
  id: number | null;
  name: string;
  rights: Rights;
}

/** Somebody with all that their groups grant, those of deactivated and deleted groups included: what a change to them is measured by. */
export interface Holder {
  rights: Rights;
}

export function may(viewer: Viewer, application: Application, level: Level): boolean {
  return grants(viewer.rights, application, level);
}

/**
 * Nobody changes, invites or resets somebody who may do more in Roster than they themself may (R61). Rights on registered
 * applications shield nobody: whoever registers one could make themself untouchable (R82).
 */
export function mayAdminister(viewer: Viewer, subject: Holder): boolean {
  return may(viewer, 'users', 'write') && coversBuiltIn(viewer.rights, subject.rights);
}

/**
 * Whether the viewer may get to see a link of the subject, with which one signs in as them. Where they lack a right of the subject on
 * a registered application, it goes to the stored address only.
 */
export function maySeeLinkOf(viewer: Viewer, subject: Holder): boolean {
  return mayAdminister(viewer, subject) && covers(viewer.rights, subject.rights);
}
