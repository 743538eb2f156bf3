import type { AuditEvent } from './audit-event.ts';

/** What stands between who and whom in a sentence of the timeline: "alice deactivated maria". */
const WORDS: Record<string, string> = {
  'user.created': 'created',
  'user.updated': 'changed',
  'user.activated': 'activated',
  'user.deactivated': 'deactivated',
  'user.deleted': 'deleted',
  'seed.generated': 'made up',
  'user.locked': 'locked out',
  'user.access-confirmed': 'confirmed access of',
  'user.login-attempts-reset': 'reset login attempts of',
  'invitation.issued': 'invited',
  'invitation.sent-again': 'sent the invitation again to',
  'invitation.asked-for': 'asked for an invitation of',
  'invitation.withdrawn': 'withdrew the invitation of',
  'password.chosen': 'chose the first password of',
  'password.changed': 'changed the password of',
  'password.reset': 'chose a new password of',
  'password-reset.issued': 'made a password reset link for',
  'password-reset.requested': 'asked for a password reset of',
  'contact.created': 'created the contact',
  'contact.updated': 'changed the contact',
  'contact.deleted': 'deleted the contact',
  'contact.restored': 'restored the contact',
  'contact.offer-declined': 'kept the user as it is, unlike the contact',
  'group.created': 'created the group',
  'group.updated': 'changed the group',
  'group.activated': 'activated the group',
  'group.deactivated': 'deactivated the group',
  'group.deleted': 'deleted the group',
  'group.permissions-changed': 'changed what is granted by the group',
  'application.registered': 'registered the application',
  'application.updated': 'changed the application',
  'application.deleted': 'deleted the application',
  'membership.granted': 'gave a membership to',
  'membership.until-set': 'set the end of a membership of',
  'membership.ended': 'took a membership from',
  'request.refused': 'was refused',
  'system.test-mail-sent': 'sent a test mail of',
  'system.restored': 'restored a backup of',
  'system.secrets-accepted': 'accepted other secrets for',
};

/** An action that has no words yet is told by its name. */
export function actionWords(action: string): string {
  return WORDS[action] ?? action;
}

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
  expiresOn: 'expiry date',
  invitationExpiresAt: 'invitation open until',
  loginAttempts: 'failed attempts',
  until: 'member until',
};

/** Values that are codes of the program. */
const VALUES: Record<string, Record<string, string>> = {
  counter: { account: 'unknown devices', 'known device': 'a known device' },
};

function fieldWords(field: string): string {
  if (Object.hasOwn(FIELDS, field)) return FIELDS[field];
  return field.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A value as a person says it. */
function spokenValue(field: string, value: unknown): unknown {
  const words = Object.hasOwn(VALUES, field) ? VALUES[field] : {};
  return typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : value;
}

/** What was asked for and refused; method and path are what the log has. */
function requestWords(request: string): string {
  const [method, path] = request.split(' ');
  return method === 'GET' ? `the page ${path}` : `a change at ${path}`;
}

/** An event in words, but for names, moments and other values, which are the reader's to format. */
export interface EventWords {
  /** What stands between who and whom. */
  verb: string;
  /** What was asked for and refused; undefined for every other event. */
  request: string | undefined;
  fields: FieldWords[];
}

export interface FieldWords {
  label: string;
  /** Left out where there was nothing to compare with. */
  before?: unknown;
  after?: unknown;
}

export function wordsOf({ action, subjectName, before, after }: AuditEvent): EventWords {
  const verb = actionWords(action);
  if (action === 'request.refused') return { verb, request: requestWords(subjectName), fields: [] };
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const fields = names.map((name): FieldWords => {
    const words = { label: fieldWords(name), after: spokenValue(name, after[name]) };
    return name in before ? { ...words, before: spokenValue(name, before[name]) } : words;
  });
  return { verb, request: undefined, fields };
}
