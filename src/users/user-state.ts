import { DAY } from '../clock.ts';
import type { Activity, User } from './user.ts';

/** The derived states, in the order in which they are shown. Several may hold for one user. */
export const STATES = [
  'not-invited',
  'invited',
  'invitation-expired',
  'never-signed-in',
  'locked',
  'expired',
  'stale',
  'to-be-confirmed',
  'api-only',
] as const;

export type State = (typeof STATES)[number];

/** All that the states are derived from; moments in milliseconds, 0 where there is none. */
export interface StateFacts {
  activity: Activity;
  apiOnly: boolean;
  hasPassword: boolean;
  invitationExpiresAt: number;
  lockedUntil: number;
  /** The first moment at which the user is refused. */
  expiresAt: number;
  lastLoginAt: number;
  /** The last activity, or the creation where there was none. */
  lastSeenAt: number;
  /** The last confirmation of access, or the creation. */
  confirmedAt: number;
}

export interface StateLimits {
  now: number;
  staleDays: number;
  confirmDays: number;
}

const RULES: Record<State, (facts: StateFacts, limits: StateLimits) => boolean> = {
  'not-invited': (facts) => isWaiting(facts) && facts.invitationExpiresAt === 0,
  invited: (facts, { now }) => isWaiting(facts) && facts.invitationExpiresAt > now,
  'invitation-expired': (facts, { now }) =>
    isWaiting(facts) && facts.invitationExpiresAt !== 0 && facts.invitationExpiresAt <= now,
  'never-signed-in': (facts) => isActive(facts) && facts.hasPassword && facts.lastLoginAt === 0,
  locked: (facts, { now }) => isActive(facts) && facts.lockedUntil > now,
  expired: (facts, { now }) => isActive(facts) && facts.expiresAt !== 0 && facts.expiresAt <= now,
  stale: (facts, { now, staleDays }) => isActive(facts) && facts.lastSeenAt < now - staleDays * DAY,
  'to-be-confirmed': (facts, { now, confirmDays }) => isActive(facts) && facts.confirmedAt < now - confirmDays * DAY,
  'api-only': (facts) => facts.apiOnly,
};

/** Which states hold, as one bit per state: bit n is STATES[n]. */
export function stateBits(facts: StateFacts, limits: StateLimits): number {
  let bits = 0;
  for (let n = 0; n < STATES.length; n++) if (RULES[STATES[n]](facts, limits)) bits |= 1 << n;
  return bits;
}

export function statesOf(user: User, limits: StateLimits): State[] {
  const bits = stateBits(factsOf(user), limits);
  return STATES.filter((_, n) => bits & (1 << n));
}

/** The states worth a badge beside the name: whose confirmation is due is a filter only. */
export function badgesOf(user: User, limits: StateLimits): State[] {
  return statesOf(user, limits).filter((state) => state !== 'to-be-confirmed');
}

export type FactColumns = Pick<
  User,
  | 'activity'
  | 'apiOnly'
  | 'hasPassword'
  | 'invitationExpiresAt'
  | 'lockedUntil'
  | 'expiresOn'
  | 'lastLoginAt'
  | 'lastActivityAt'
  | 'accessConfirmedAt'
  | 'createdAt'
>;

export function factsOf(user: FactColumns): StateFacts {
  return {
    activity: user.activity,
    apiOnly: user.apiOnly,
    hasPassword: user.hasPassword,
    invitationExpiresAt: milliseconds(user.invitationExpiresAt),
    lockedUntil: milliseconds(user.lockedUntil),
    expiresAt: user.expiresOn === null ? 0 : Date.parse(user.expiresOn) + DAY,
    lastLoginAt: milliseconds(user.lastLoginAt),
    lastSeenAt: milliseconds(user.lastActivityAt ?? user.createdAt),
    confirmedAt: milliseconds(user.accessConfirmedAt ?? user.createdAt),
  };
}

function isActive(facts: StateFacts): boolean {
  return facts.activity === 'active';
}

function isWaiting(facts: StateFacts): boolean {
  return isActive(facts) && !facts.hasPassword && !facts.apiOnly;
}

function milliseconds(moment: string | null): number {
  return moment === null ? 0 : Date.parse(moment);
}
