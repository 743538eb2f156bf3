import type { Day, Instant } from '../clock.ts';
import { type Application, covers, coversBuiltIn, grants, type Level, type Rights } from '../groups/permission.ts';

export type Activity = 'active' | 'deactivated' | 'deleted';

/** What a user or a group carries of its own life. */
export interface Living {
  activity: Activity;
  /** What it was when it was deleted, and is again when it is restored. */
  deletedFrom: Exclude<Activity, 'deleted'> | null;
}

/** What *Activate* makes of it: what was deleted comes back as it was. */
export function activatedTo({ activity, deletedFrom }: Living): Exclude<Activity, 'deleted'> {
  return activity === 'deleted' ? (deletedFrom ?? 'active') : 'active';
}

/** A login identity. */
export interface User extends Living {
  id: number;
  name: string;
  email: string;
  hasPassword: boolean;
  /** Sessions are bound to it: a new password ends those of the old one. */
  passwordSetAt: Instant | null;
  noSharedData: boolean;
  /** The last day on which this user is let in. */
  expiresOn: Day | null;
  description: string;
  contactId: number | null;
  /** For rules, never for a page: whether somebody may know it is decided by whose the contact is. */
  contactName: string | null;
  apiOnly: boolean;
  apiOnlyReason: string | null;
  apiOnlyOwnerId: number | null;
  apiOnlyReviewOn: Day | null;
  lastLoginAt: Instant | null;
  lastActivityAt: Instant | null;
  accessConfirmedAt: Instant | null;
  accessConfirmedBy: number | null;
  /** Failed sign-ins of strangers since the last success of one, or since the last lock ended. */
  loginAttempts: number;
  lockedUntil: Instant | null;
  /** The same at browsers that are known for the user: counted apart, and no part of the state *locked*. */
  attemptsAtKnownDevices: number;
  /** When the open invitation ends or ended; null without one. */
  invitationExpiresAt: Instant | null;
  /** Its mail failed for good. */
  invitationFailed: boolean;
  /** Whether the linked contact, or its company, is a customer or supplier: login identities are kept apart from these. */
  linkedToAccount: boolean;
  /** In which they want to read moments; null where that of their browser does. */
  timeZone: string | null;
  version: number;
  createdAt: Instant;
  createdBy: number | null;
}

/** A user together with all that their groups grant, those of deactivated and deleted groups included: what a change to them is measured by. */
export interface Subject extends User {
  rights: Rights;
}

/** Who asks: a signed-in user, or (without an id) the program itself. */
export interface Viewer {
  id: number | null;
  name: string;
  rights: Rights;
}

export function may(viewer: Viewer, application: Application, level: Level): boolean {
  return grants(viewer.rights, application, level);
}

/**
 * Nobody changes, invites or resets somebody who may do more in Roster than they themself may (R61). Rights on registered
 * applications shield nobody: whoever registers one could make themself untouchable (R82).
 */
export function mayAdminister(viewer: Viewer, subject: Subject): boolean {
  return may(viewer, 'users', 'write') && coversBuiltIn(viewer.rights, subject.rights);
}

/**
 * Whether the viewer may get to see a link of the subject, with which one signs in as them. Where they lack a right of the subject on
 * a registered application, it goes to the stored address only.
 */
export function maySeeLinkOf(viewer: Viewer, subject: Subject): boolean {
  return mayAdminister(viewer, subject) && covers(viewer.rights, subject.rights);
}

/** Whether the user is past the expiry date. Days are UTC. */
export function isExpired(user: Pick<User, 'expiresOn'>, today: Day): boolean {
  return user.expiresOn !== null && user.expiresOn < today;
}

/** Whether this user comes in by an invitation, and did not yet. */
export function waitsForInvitation(
  user: Pick<User, 'activity' | 'apiOnly' | 'expiresOn' | 'hasPassword'>,
  today: Day,
): boolean {
  return !user.hasPassword && maySignIn(user, today);
}

/** Whether this user may hold a session at all: the same question at sign-in and on every request. */
export function maySignIn(user: Pick<User, 'activity' | 'apiOnly' | 'expiresOn'>, today: Day): boolean {
  return user.activity === 'active' && !user.apiOnly && !isExpired(user, today);
}
