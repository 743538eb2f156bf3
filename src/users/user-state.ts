import type { Activity } from '../access/activity.ts';
import { hasToChoosePassword } from '../access/admission.ts';
import { type Clock, DAY } from '../clock.ts';
import type { User } from './user.ts';

/** The derived states, in the order in which they are shown. Several may hold for one user. */
export const STATES = [
  'not-invited',
  'invited',
  'not-delivered',
  'invitation-expired',
  'never-signed-in',
  'password-due',
  'no-second-factor',
  'locked',
  'expired',
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
  /** The first moment at which the user is refused. */
  expiresAt: number;
  lastLoginAt: number;
  /** The last activity, or the creation where there was none. */
  lastSeenAt: number;
  /** The last confirmation of access, or the creation. */
  confirmedAt: number;
  /** The first moment of the day on which a program is to be reviewed. */
  reviewAt: number;
  /** The first moment at which nobody answers for a program any more; none ever is Infinity. */
  ownerEndsAt: number;
  /** When the last token of a program ends. */
  tokenEndsAt: number;
}

/** Within how many days somebody may be asked to expire. */
export const EXPIRY_DAYS = [7, 30] as const;

/** Whether an active user expires on one of so many days from today on, which end in UTC. */
export function expiresWithin({ activity, expiresAt }: StateFacts, days: number, now: number): boolean {
  return activity === 'active' && expiresAt > now && nearsAt(expiresAt, days) <= now;
}

/** The first moment of the day that lies so many days before the last one. */
function nearsAt(expiresAt: number, days: number): number {
  return expiresAt - (days + 1) * DAY;
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
  if (facts.expiresAt !== 0 && facts.expiresAt <= now) bits |= BIT.expired;
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

/** The moments at which `stateBits` or `expiresWithin` of these facts gives something else than just before. */
export function turnsOf(facts: StateFacts, { staleDays, confirmDays }: Omit<StateLimits, 'now'>): number[] {
  return [
    facts.invitationExpiresAt,
    facts.lockedUntil,
    facts.expiresAt,
    ...EXPIRY_DAYS.map((days) => nearsAt(facts.expiresAt, days)),
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
  | 'expiresOn'
  | 'lastLoginAt'
  | 'lastActivityAt'
  | 'accessConfirmedAt'
  | 'createdAt'
  | 'apiOnlyReviewOn'
  | 'ownerActivity'
  | 'ownerExpiresOn'
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
    expiresAt: user.expiresOn === null ? 0 : Date.parse(user.expiresOn) + DAY,
    lastLoginAt: milliseconds(user.lastLoginAt),
    lastSeenAt: milliseconds(user.lastActivityAt ?? user.createdAt),
    confirmedAt: milliseconds(user.accessConfirmedAt ?? user.createdAt),
    reviewAt: milliseconds(user.apiOnlyReviewOn),
    ownerEndsAt: ownerEndsAt(user),
    tokenEndsAt: milliseconds(user.tokenUntil),
  };
}

function ownerEndsAt({ ownerActivity, ownerExpiresOn }: FactColumns): number {
  if (ownerActivity !== 'active') return 0;
  return ownerExpiresOn === null ? Number.POSITIVE_INFINITY : Date.parse(ownerExpiresOn) + DAY;
}

function milliseconds(moment: string | null): number {
  return moment === null ? 0 : Date.parse(moment);
}
