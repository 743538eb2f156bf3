import { isInstant } from '../clock.ts';
import type { Format } from '../text/format.ts';

/** Fields that their names do not say well enough; the others are told by the words in their name. */
const FIELDS: Record<string, string> = {
  accessConfirmedAt: 'access confirmed',
  apiOnly: 'API-only',
  apiOnlyOwner: 'owner of API-only',
  apiOnlyReason: 'reason for API-only',
  apiOnlyReviewOn: 'review date',
  attemptsAtKnownDevices: 'failed attempts at known devices',
  companyId: 'company',
  counter: 'counted for',
  dueAt: 'due',
  expiresOn: 'leaves on',
  lastActivityAt: 'last activity then',
  lastLoginAt: 'last login then',
  endDays: 'deactivated after days',
  isOn: 'on',
  isPaused: 'paused',
  leavesAt: 'leaves on',
  tellDays: 'leaders told after days',
  warnDays: 'asked after days',
  startsAt: 'starts on',
  states: 'states then',
  invitationExpiresAt: 'invitation open until',
  loginAttempts: 'failed attempts',
  until: 'member until',
  heldUntil: 'held such rights until',
};

/** What a field of a record is called where somebody reads what was changed. */
export function fieldWords(field: string): string {
  if (Object.hasOwn(FIELDS, field)) return FIELDS[field];
  return field.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Moments that are told as the days they stand for: the end of a day is no beginning of the next. */
const BOUNDS: Record<string, 'start' | 'end'> = {
  startsAt: 'start',
  leavesAt: 'end',
  until: 'end',
  untilAt: 'end',
  heldUntil: 'end',
};

/** What the moments in a field are bounds of; undefined where they are none, or no moments. */
export function boundOf(field: string, value: unknown): 'start' | 'end' | undefined {
  const moments = [value].flat().map(String);
  return Object.hasOwn(BOUNDS, field) && moments.length > 0 && moments.every(isInstant) ? BOUNDS[field] : undefined;
}

/** What stands in a field, or stood there, by the clock of whoever reads it. */
export function valueWords(field: string, value: unknown, format: Format): string {
  const bound = boundOf(field, value);
  return bound === undefined
    ? format.value(value)
    : [value]
        .flat()
        .map((one) => format[bound](String(one)))
        .join(', ');
}
