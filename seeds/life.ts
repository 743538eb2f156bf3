import { DAY, HOUR, MINUTE } from '../src/clock.ts';
import { type Random, Weighted } from './random.ts';

export type Kind = keyof typeof SHARES;

/** Of a hundred users. The states follow from the dates that each kind gets. */
const SHARES = {
  current: 66,
  stale: 10,
  deactivated: 8,
  invited: 4,
  deleted: 3,
  invitationExpired: 2,
  notInvited: 2,
  expired: 2,
  neverSignedIn: 1.5,
  apiOnly: 1,
  locked: 0.5,
};
export const ANY_KIND = new Weighted(Object.keys(SHARES) as Kind[], (kind) => SHARES[kind]);
const WAITING: ReadonlySet<Kind> = new Set(['invited', 'invitationExpired', 'notInvited']);
/** In days. */
const OLDEST = 6 * 365;

/** When what happened, so that the user is of this kind now. */
export function datesOf(
  kind: Kind,
  random: Random,
  { now, invitationHours }: { now: number; invitationHours: number },
) {
  const ago = (days: number) => now - days * DAY;
  if (WAITING.has(kind)) {
    const validFor = invitationHours * HOUR;
    const expiresAt = kind === 'invited' ? now + random.between(0.1, 1) * validFor : ago(random.between(0.1, 40));
    const invitedAt = kind === 'notInvited' ? null : expiresAt - validFor;
    const createdAt =
      (invitedAt ?? ago(random.between(0, 30))) - (random.chance(0.6) ? 0 : random.between(0, 20) * DAY);
    return { createdAt, invitedAt, passwordSetAt: null, lastLoginAt: null, lastActivityAt: null };
  }
  if (kind === 'neverSignedIn') {
    const createdAt = ago(random.between(2, 80));
    return { createdAt, invitedAt: null, passwordSetAt: createdAt + HOUR, lastLoginAt: null, lastActivityAt: null };
  }
  const isGone = kind === 'deactivated' || kind === 'deleted' || kind === 'stale';
  const idle = isGone ? 91 + random.next() ** 2 * 900 : random.next() ** 4 * 85;
  const createdAt = ago(idle + 1 + random.next() ** 1.3 * (OLDEST - idle));
  if (kind === 'apiOnly')
    return { createdAt, invitedAt: null, passwordSetAt: null, lastLoginAt: null, lastActivityAt: ago(idle) };
  // Each moment of a life lies between the one before and the last activity.
  const lastActivityAt = ago(idle);
  const passwordSetAt = Math.min(lastActivityAt, createdAt + random.next() ** 3 * 400 * DAY + 10 * MINUTE);
  const lastLoginAt = random.chance(0.2)
    ? lastActivityAt
    : Math.max(passwordSetAt, lastActivityAt - random.between(0, 20) * HOUR);
  return { createdAt, invitedAt: null, passwordSetAt, lastLoginAt, lastActivityAt };
}
