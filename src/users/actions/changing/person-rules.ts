import { DAY, HOUR, type Instant, instant } from '../../../clock.ts';
import { FieldErrors } from '../../../forms/form.ts';
import { type Refusal, unfitFields } from '../../../verbs/outcome.ts';
import type { UserChange } from './user-change.ts';
import type { UserDetails } from './user-details.ts';

/** Whoever is a person is reached by mail, and signs in by it; a program is not. */
export function withoutEmail({ user }: Pick<UserDetails, 'user'>): Refusal | undefined {
  if (user.email !== null || user.apiOnly) return undefined;
  return unfitFields({ email: 'Only an API-only user goes without an email address. Enter one.' });
}

/** Whoever becomes a program is no person any more, and so cannot answer for it. */
export function answersForItself({ id }: { id: number }, before: UserDetails, after: UserDetails): Refusal | undefined {
  if (!after.user.apiOnly || after.owner?.id !== id || before.owner?.id === id) return undefined;
  return unfitFields({ apiOnlyOwner: 'An API-only user does not answer for itself. Name somebody else.' });
}

const OVER = 'This end is over already. Choose a later one; Deactivate ends access at once.';

/** An end that is chosen is still to come. Throws FieldErrors. */
export function requireLeavingAhead({ at }: { at: Instant }, leavesAt: Instant | null): void {
  if (leavesAt !== null && leavesAt <= at) throw new FieldErrors({ leavesAt: OVER });
}

/** The longest day there is: whatever the clock, today began less long ago. */
const TODAY = DAY + HOUR;
const STARTED = 'This day is past. Choose today or a later one, or none: they start at once.';

/** A start that is chosen is today or still to come. Throws FieldErrors. */
export function requireStartAhead({ at }: { at: Instant }, startsAt: Instant | null): void {
  if (isPast(startsAt, at)) throw new FieldErrors({ startsAt: STARTED });
}

function isPast(startsAt: Instant | null, at: Instant): boolean {
  return startsAt !== null && startsAt <= instant(Date.parse(at) - TODAY);
}

/**
 * A start is not past when it is typed; an end comes after the start, and is set while it is still to come: whoever is to go at once is deactivated, which says what it ends.
 * Only what stood so before may be over.
 */
export function unfitDates(
  before: Pick<UserDetails, 'user'>,
  { user }: Pick<UserDetails, 'user'>,
  at: Instant,
  { asBefore = false, startMayBeOver = asBefore }: Pick<UserChange, 'asBefore' | 'startMayBeOver'> = {},
): Refusal | undefined {
  const { startsAt, leavesAt } = user;
  if (!startMayBeOver && startsAt !== before.user.startsAt && isPast(startsAt, at))
    return unfitFields({ startsAt: STARTED });
  if (leavesAt === null) return undefined;
  if (startsAt !== null && leavesAt <= startsAt) return unfitFields({ leavesAt: 'The end is not after the start.' });
  if (asBefore || leavesAt === before.user.leavesAt || leavesAt > at) return undefined;
  return unfitFields({ leavesAt: OVER });
}
