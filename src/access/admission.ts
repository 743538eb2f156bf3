import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import type { Activity } from './activity.ts';

/** What decides whether somebody is let in. */
export interface Admitted {
  activity: Activity;
  apiOnly: boolean;
  /** Before this moment they are let in not yet. */
  startsAt: Instant | null;
  /** From this moment on they are let in no more. */
  leavesAt: Instant | null;
}

/** Whether the user has left. */
export function hasLeft(user: Pick<Admitted, 'leavesAt'>, now: Instant): boolean {
  return user.leavesAt !== null && user.leavesAt <= now;
}

/** Whether the user is to come only later. */
export function isNotStarted(user: Pick<Admitted, 'startsAt'>, now: Instant): boolean {
  return user.startsAt !== null && user.startsAt > now;
}

/** Whether this user may hold a session at all: the same question at sign-in and on every request. */
export function maySignIn(user: Admitted, now: Instant): boolean {
  return !user.apiOnly && mayActByToken(user, now);
}

/** Whether a program may act in this user's name by a token of theirs. */
export function mayActByToken(user: Admitted, now: Instant): boolean {
  return user.activity === 'active' && !isNotStarted(user, now) && !hasLeft(user, now);
}

/** The same of the users of a query, as far as their start and their end tell it. */
export function whereLetIn(query: Knex.QueryBuilder, now: Instant, table = 'users'): void {
  query
    .where((either) => either.whereNull(`${table}.starts_at`).orWhere(`${table}.starts_at`, '<=', now))
    .where((either) => either.whereNull(`${table}.leaves_at`).orWhere(`${table}.leaves_at`, '>', now));
}

/** Whether this user comes in by an invitation, and did not yet. */
export function waitsForInvitation(user: Admitted & Passworded, now: Instant): boolean {
  return !user.hasPassword && !hasToChoosePassword(user) && maySignIn(user, now);
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
