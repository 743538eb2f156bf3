import { GROUP_ACTIONS } from '../../groups/actions/group-actions.ts';
import { counted } from '../../text/text.ts';
import { USER_ACTIONS } from '../../users/actions/user-actions.ts';
import { boundOf, fieldWords } from '../../verbs/field-words.ts';
import { type AuditEvent, ERASED, type Reference, referencesIn } from '../audit-event.ts';
import type { Done } from '../audit-summaries.ts';
import type { ShownName } from './named-records.ts';

/** What stands between who and whom in a sentence of the timeline: "alice deactivated maria". Actions bring theirs with them. */
const WORDS: Record<string, string> = {
  ...Object.fromEntries([...USER_ACTIONS, ...GROUP_ACTIONS].flatMap(({ events }) => Object.entries(events))),
  'user.created': 'created',
  'user.updated': 'changed',
  'seed.generated': 'made up',
  'user.change-scheduled': 'scheduled a change of',
  'user.change-rescheduled': 'moved a scheduled change of',
  'user.change-taken-over': 'answers from now on for a scheduled change of',
  'user.change-unscheduled': 'cancelled a scheduled change of',
  'user.erased': 'removed all that was personal of',
  'user.locked': 'locked out',
  'user.idle-warned': 'asked by mail whether they are still there:',
  'user.idle-told': 'told leaders who is idle:',
  'second-factor.set-up': 'set up the second factor of',
  'second-factor.removed': 'removed the second factor of',
  'second-factor.codes-renewed': 'made new recovery codes for',
  'device.remembered': 'remembered a device of',
  'device.forgotten': 'forgot a remembered device of',
  'passkey.added': 'added a passkey of',
  'passkey.removed': 'removed a passkey of',
  'passkey.refused': 'refused a copied passkey of',
  'user.email-asked-for': 'asked for another email of',
  'user.email-kept': 'kept the email of',
  'token.made': 'made a token for',
  'token.rotated': 'rotated a token of',
  'token.revoked': 'revoked a token of',
  'invitation.sent-again': 'sent the invitation again to',
  'invitation.asked-for': 'asked for an invitation of',
  'password.chosen': 'chose the first password of',
  'password.changed': 'changed the password of',
  'password.reset': 'chose a new password of',
  'password-reset.requested': 'asked for a password reset of',
  'contact.created': 'created the contact',
  'contact.updated': 'changed the contact',
  'contact.deleted': 'deleted the contact',
  'contact.restored': 'restored the contact',
  'contact.offer-declined': 'kept the user as it is, unlike the contact',
  'group.created': 'created the group',
  'group.updated': 'changed the group',
  'group.permissions-changed': 'changed what is granted by the group',
  'application.registered': 'registered the application',
  'application.updated': 'changed the application',
  'application.deleted': 'deleted the application',
  'view.shared': 'shared the view',
  'view.unshared': 'stopped sharing the view',
  'view.updated': 'changed the shared view',
  'view.deleted': 'deleted the shared view',
  'webhook.created': 'made the webhook',
  'webhook.updated': 'changed the webhook',
  'webhook.secret-renewed': 'made a new secret for the webhook',
  'webhook.enabled': 'enabled the webhook',
  'webhook.disabled': 'disabled the webhook',
  'webhook.deleted': 'deleted the webhook',
  'webhook.tested': 'sent a test to the webhook',
  'webhook.replayed': 'sent an event again to the webhook',
  'review.started': 'began the review',
  'review.reminded': 'reminded of the review',
  'review.passed': 'passed questions on of the review',
  'review.answered': 'answered a review about',
  'review.closed': 'closed the review',
  'review.repetition-ended': 'stopped repeating the review',
  'access.asked': 'asked for access for',
  'access.withdrawn': 'withdrew what was asked for by',
  'access.given': 'gave what was asked for to',
  'access.refused': 'refused what was asked for by',
  'group.deputy-named': 'named a deputy in the group',
  'group.deputy-ended': 'ended the deputy of the group',
  'membership.granted': 'gave a membership to',
  'membership.until-set': 'set the end of a membership of',
  'membership.ended': 'took a membership from',
  'records.exported': 'exported',
  'provisioning.confirmed': 'let a program keep',
  'provisioning.declined': 'let no program keep',
  'request.refused': 'was refused',
  'operation.paused': 'paused the operation',
  'operation.resumed': 'let go on the operation',
  'operation.taken-over': 'took over the operation',
  'operation.cancelled': 'cancelled the operation',
  'audit.erased': 'erased old events of',
  'idle-rule.set': 'set the rule of idle accounts of',
  'idle-rule.paused': 'paused the rule of idle accounts of',
  'system.test-mail-sent': 'sent a test mail of',
  'system.restored': 'restored a backup of',
  'system.moved': 'moved',
  'system.reopened': 'opened again at its former place',
  'system.secrets-accepted': 'accepted other secrets for',
};

/** Every kind of event that has words. */
export const KINDS: readonly string[] = Object.keys(WORDS).sort();

/** An action that has no words yet is told by its name. */
export function actionWords(action: string): string {
  return WORDS[action] ?? action;
}

/** What a bulk operation did, as "deactivated 49 users". */
export function doneWords({ action, subjectType, number }: Done): string {
  const verb = actionWords(action).replace(/ the (group|contact|application)$/, '');
  return `${verb} ${counted(number, subjectType)}`;
}

/** Values that are codes of the program. */
const VALUES: Record<string, Record<string, string>> = {
  answer: { keep: 'keep', remove: 'remove from the group', leave: 'leaves the house', unsure: 'I don’t know' },
  counter: { account: 'unknown devices', 'known device': 'a known device' },
};

/** A value as a person says it. */
function spokenValue(field: string, value: unknown): unknown {
  const words = Object.hasOwn(VALUES, field) ? VALUES[field] : {};
  return typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : value;
}

/** What was asked for and refused; method and path are what the log has. */
function requestWords(request: string): string {
  if (request === ERASED) return `a request that was ${ERASED}`;
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
  before?: FieldValue;
  after: FieldValue;
}

/** A plain value, with what it is a bound of where a moment is one; or records that are named. */
export type FieldValue = { value: unknown; bounds?: 'start' | 'end' } | { names: SpokenName[] };

/** With what is said before it and after it. */
type SpokenName = ShownName & { lead: string; note: string };

export function wordsOf(
  { action, subjectName, before, after }: AuditEvent,
  shownName: (reference: Reference) => ShownName,
): EventWords {
  const verb = actionWords(action);
  if (action === 'request.refused') return { verb, request: requestWords(subjectName), fields: [] };
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const toldValue = (name: string, value: unknown): FieldValue => {
    const references = referencesIn(value);
    if (references.length === 0) return { value: spokenValue(name, value), bounds: boundOf(name, value) };
    return { names: references.map((reference) => spokenName(name, reference, shownName(reference))) };
  };
  const fields = names.map((name): FieldWords => {
    const words = { label: fieldWords(name), after: toldValue(name, after[name]) };
    return name in before ? { ...words, before: toldValue(name, before[name]) } : words;
  });
  return { verb, request: undefined, fields };
}

function spokenName(field: string, { type, accounts }: Reference, shown: ShownName): SpokenName {
  const lead = field === 'owner' ? OWNER_LEADS[type] : '';
  // Of a contact that is not shown nothing is said but that.
  return { ...shown, lead, note: accounts && shown.path ? ` (${accounts.join(', ')})` : '' };
}

const OWNER_LEADS: Record<Reference['type'], string> = { user: 'private to ', group: 'the group ', contact: '' };
