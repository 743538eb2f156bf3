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
