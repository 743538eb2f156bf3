import type { Day, Instant } from '../clock.ts';
import type { Activity } from './activity.ts';

/** What decides whether somebody is let in. */
export interface Admitted {
  activity: Activity;
  apiOnly: boolean;
  /** The last day on which they are let in. */
  expiresOn: Day | null;
}

/** Whether the user is past the expiry date. Days are UTC. */
export function isExpired(user: Pick<Admitted, 'expiresOn'>, today: Day): boolean {
  return user.expiresOn !== null && user.expiresOn < today;
}

/** Whether this user may hold a session at all: the same question at sign-in and on every request. */
export function maySignIn(user: Admitted, today: Day): boolean {
  return user.activity === 'active' && !user.apiOnly && !isExpired(user, today);
}

/** Whether a program may act in this user's name by a token of theirs. */
export function mayActByToken(user: Admitted, today: Day): boolean {
  return user.activity === 'active' && !isExpired(user, today);
}

/** Whether this user comes in by an invitation, and did not yet. */
export function waitsForInvitation(user: Admitted & Passworded, today: Day): boolean {
  return !user.hasPassword && !hasToChoosePassword(user) && maySignIn(user, today);
}

interface Passworded {
  hasPassword: boolean;
  /** When the last one was set. */
  passwordSetAt: Instant | null;
}

/** Whether the password that this user had is worth nothing any more: they come in by a link to choose a new one. */
export function hasToChoosePassword({ hasPassword, passwordSetAt }: Passworded): boolean {
  return !hasPassword && passwordSetAt !== null;
}
