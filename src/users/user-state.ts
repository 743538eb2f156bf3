import type { Activity } from '../access/activity.ts';
import { hasToChoosePassword } from '../access/admission.ts';
import { type Clock, DAY, type Instant } from '../clock.ts';
import type { User } from './user.ts';

/** The derived states, in the order in which they are shown. Several may hold for one user. */
export const STATES = [
  'not-started',
  'not-invited',
  'invited',
  'not-delivered',
  'invitation-expired',
  'never-signed-in',
  'password-due',
  'no-second-factor',
  'locked',
  'left',
  'stale',
  'to-be-confirmed',
  'api-only',
  'orphaned',
  'review-due',
  'unused',
  'no-token',
  'linked-to-account',
] as const;

export type State = (typeof STATES)[number];

/** All that the states are derived from; moments in milliseconds, 0 where there is none. */
export interface StateFacts {
  activity: Activity;
  apiOnly: boolean;
  hasPassword: boolean;
  /** Whether the password they had is worth nothing any more, and they have chosen no other. */
  passwordRequired: boolean;
  invitationExpiresAt: number;
  invitationFailed: boolean;
  /** Whether the linked contact, or its company, is a customer or supplier. */
  linkedToAccount: boolean;
  hasSecondFactor: boolean;
  lockedUntil: number;
  /** The first moment at which the user is let in. */
  startsAt: number;
  /** The first moment at which the user is refused. */
  leavesAt: number;
  lastLoginAt: number;
  /** The last activity; where there was none the creation, or the start after it. */
  lastSeenAt: number;
  /** The last confirmation of access; without one as with the last activity. */
  confirmedAt: number;
  /** The first moment of the day on which a program is to be reviewed. */
  reviewAt: number;
  /** The first moment at which nobody answers for a program any more; none ever is Infinity. */
  ownerEndsAt: number;
  /** When the last token of a program ends. */
  tokenEndsAt: number;
}

/** Within how many days something may be asked to come. */
export const SOON_DAYS = [7, 30] as const;

/** Whether an active user starts within so many days. */
export function startsWithin({ activity, startsAt }: StateFacts, days: number, now: number): boolean {
  return activity === 'active' && isSoon(startsAt, days, now);
}

/** Whether an active user leaves within so many days. */
export function leavesWithin({ activity, leavesAt }: StateFacts, days: number, now: number): boolean {
  return activity === 'active' && isSoon(leavesAt, days, now);
}

function isSoon(moment: number, days: number, now: number): boolean {
  return moment > now && moment - days * DAY <= now;
}

export interface StateLimits {
  now: number;
  staleDays: number;
  confirmDays: number;
}

/** By the clock and the settings of this place. */
export function stateLimits(place: { clock: Clock; config: { staleDays: number; confirmDays: number } }): StateLimits {
  const { staleDays, confirmDays } = place.config;
  return { now: place.clock(), staleDays, confirmDays };
}

const BIT = Object.fromEntries(STATES.map((state, n) => [state, 1 << n])) as Record<State, number>;

/** Which states hold, as one bit per state: bit n is STATES[n]. */
export function stateBits(facts: StateFacts, { now, staleDays, confirmDays }: StateLimits): number {
  let bits = facts.apiOnly ? BIT['api-only'] : 0;
  if (facts.linkedToAccount) bits |= BIT['linked-to-account'];
  // All others concern active users only.
  if (facts.activity !== 'active') return bits;
  if (facts.startsAt > now) bits |= BIT['not-started'];
  if (facts.passwordRequired && !facts.apiOnly) bits |= BIT['password-due'];
  else if (!facts.hasPassword && !facts.apiOnly) {
    const { invitationExpiresAt } = facts;
    bits |=
      BIT[invitationExpiresAt === 0 ? 'not-invited' : invitationExpiresAt > now ? 'invited' : 'invitation-expired'];
    if (facts.invitationFailed) bits |= BIT['not-delivered'];
  }
  if (facts.hasPassword && !facts.apiOnly && !facts.hasSecondFactor) bits |= BIT['no-second-factor'];
  if (facts.hasPassword && facts.lastLoginAt === 0) bits |= BIT['never-signed-in'];
  if (facts.lockedUntil > now) bits |= BIT.locked;
  if (facts.leavesAt !== 0 && facts.leavesAt <= now) bits |= BIT.left;
  if (facts.lastSeenAt < now - staleDays * DAY) bits |= BIT.stale;
  if (facts.confirmedAt < now - confirmDays * DAY) bits |= BIT['to-be-confirmed'];
  return facts.apiOnly ? bits | bitsOfProgram(facts, now, staleDays) : bits;
}

function bitsOfProgram(facts: StateFacts, now: number, staleDays: number): number {
  let bits = 0;
  if (facts.ownerEndsAt <= now) bits |= BIT.orphaned;
  if (facts.reviewAt !== 0 && facts.reviewAt <= now) bits |= BIT['review-due'];
  if (facts.lastSeenAt < now - staleDays * DAY) bits |= BIT.unused;
  if (facts.tokenEndsAt <= now) bits |= BIT['no-token'];
  return bits;
}

/** The moments at which `stateBits` or `leavesWithin` or `startsWithin` of these facts gives something else than just before. */
export function turnsOf(facts: StateFacts, { staleDays, confirmDays }: Omit<StateLimits, 'now'>): number[] {
  return [
    facts.invitationExpiresAt,
    facts.lockedUntil,
    facts.leavesAt,
    facts.startsAt,
    ...SOON_DAYS.flatMap((days) => [facts.leavesAt - days * DAY, facts.startsAt - days * DAY]),
    facts.lastSeenAt + staleDays * DAY + 1,
    facts.confirmedAt + confirmDays * DAY + 1,
    ...(facts.apiOnly ? [facts.reviewAt, facts.ownerEndsAt, facts.tokenEndsAt].filter(Number.isFinite) : []),
  ];
}

export function statesOf(user: User, limits: StateLimits): State[] {
  const bits = stateBits(factsOf(user), limits);
  return STATES.filter((_, n) => bits & (1 << n));
}

/** Which are looked for, and said of nobody beside their name: what is so of many, or of their contacts. */
const FILTERS_ONLY: ReadonlySet<State> = new Set([
  'no-second-factor',
  'to-be-confirmed',
  'linked-to-account',
  'unused',
  'no-token',
]);

/** The states worth a badge beside the name. */
export function badgesOf(user: User, limits: StateLimits): State[] {
  return badgesAmong(statesOf(user, limits));
}

export function badgesAmong(states: State[]): State[] {
  return states.filter((state) => !FILTERS_ONLY.has(state));
}

export type FactColumns = Pick<
  User,
  | 'activity'
  | 'apiOnly'
  | 'hasPassword'
  | 'passwordSetAt'
  | 'invitationExpiresAt'
  | 'invitationFailed'
  | 'linkedToAccount'
  | 'hasSecondFactor'
  | 'lockedUntil'
  | 'startsAt'
  | 'leavesAt'
  | 'lastLoginAt'
  | 'lastActivityAt'
  | 'accessConfirmedAt'
  | 'createdAt'
  | 'apiOnlyReviewOn'
  | 'ownerActivity'
  | 'ownerLeavesAt'
  | 'tokenUntil'
>;

export function factsOf(user: FactColumns): StateFacts {
  return {
    activity: user.activity,
    apiOnly: user.apiOnly,
    hasPassword: user.hasPassword,
    passwordRequired: hasToChoosePassword(user),
    invitationExpiresAt: milliseconds(user.invitationExpiresAt),
    invitationFailed: user.invitationFailed,
    linkedToAccount: user.linkedToAccount,
    hasSecondFactor: user.hasSecondFactor,
    lockedUntil: milliseconds(user.lockedUntil),
    startsAt: milliseconds(user.startsAt),
    leavesAt: milliseconds(user.leavesAt),
    lastLoginAt: milliseconds(user.lastLoginAt),
    lastSeenAt: milliseconds(user.lastActivityAt ?? beginningOf(user)),
    confirmedAt: milliseconds(user.accessConfirmedAt ?? beginningOf(user)),
    reviewAt: milliseconds(user.apiOnlyReviewOn),
    ownerEndsAt: ownerEndsAt(user),
    tokenEndsAt: milliseconds(user.tokenUntil),
  };
}

/** Nobody is missed before their start. */
function beginningOf({ createdAt, startsAt }: FactColumns): Instant {
  return startsAt !== null && startsAt > createdAt ? startsAt : createdAt;
}

function ownerEndsAt({ ownerActivity, ownerLeavesAt }: FactColumns): number {
  if (ownerActivity !== 'active') return 0;
  return ownerLeavesAt === null ? Number.POSITIVE_INFINITY : Date.parse(ownerLeavesAt);
}

function milliseconds(moment: string | null): number {
  return moment === null ? 0 : Date.parse(moment);
}
