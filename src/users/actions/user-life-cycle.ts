import { activatedTo } from '../../access/activity.ts';
import { findLastAdministrator } from '../../access/administrators.ts';
import { maySeeLinkOf, type Viewer } from '../../access/viewer.ts';
import type { Change, Fields } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { type Day, dayOf, HOUR } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { pieces } from '../../db/ids.ts';
import { answerInvitationRequests } from '../../invitations/invitation-request-store.ts';
import { mailLinks } from '../../mail/outbox-store.ts';
import {
  type Channel,
  endLinks,
  issueLinks,
  type LinkSettings,
  type Purpose,
} from '../../one-time-links/one-time-link-store.ts';
import { clearLoginAttempts } from '../../sessions/lockout-store.ts';
import { endSessions } from '../../sessions/session-store.ts';
import type { Act } from '../../verbs/act.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { forbidden, inapplicable, type Refusal } from '../../verbs/outcome.ts';
import type { Subject } from '../user.ts';
import { findSubjects, findTaken } from '../user-store.ts';
import { refusalOf, type UserAction } from './user-action.ts';

/** What an action comes to for one user: done, or refused for a reason. */
export interface Outcome {
  subject: Subject;
  refusal?: Refusal;
}

/**
 * Who of these the action would change and who not, and why. The same judgement serves the sheet, the report and the
 * verb. Throws NotFound where an id is unknown.
 */
export async function judge(
  db: Reader,
  viewer: Viewer,
  action: UserAction,
  ids: number[],
  today: Day,
): Promise<Outcome[]> {
  const subjects = await findSubjects(db, ids, today);
  const outcomes = subjects.map((subject): Outcome => ({ subject, refusal: refusalOf(action, viewer, subject) }));
  const allowed = () => outcomes.filter((outcome) => !outcome.refusal);
  if (action === 'activate') {
    const taken = await findTaken(db, idsOf(allowed()));
    for (const outcome of allowed()) {
      const what = taken.get(outcome.subject.id);
      if (what) outcome.refusal = inapplicable(`cannot be restored: ${what} belongs to another user by now`);
    }
  }
  if (action === 'deactivate' || action === 'delete') {
    const last = await findLastAdministrator(db, idsOf(allowed()));
    for (const outcome of allowed())
      if (outcome.subject.id === last)
        outcome.refusal = forbidden('is the last administrator: there must always be one');
  }
  return outcomes;
}

/**
 * Does the action to all whom the judgement leaves, with one audit event each, and says what it came to for each.
 * The channel is that of the links which some actions make.
 */
export async function perform(
  trx: Transaction,
  act: Act,
  action: UserAction,
  ids: number[],
  links: LinkSettings,
  channel: Channel = 'copy',
): Promise<Outcome[]> {
  const outcomes = await judge(trx, act.by, action, ids, dayOf(act.at));
  if (channel === 'copy' && MAKES_LINKS.has(action))
    for (const outcome of outcomes)
      if (!maySeeLinkOf(act.by, outcome.subject)) outcome.refusal ??= forbidden(MAIL_ONLY);
  const subjects = outcomes.filter((outcome) => !outcome.refusal).map((outcome) => outcome.subject);
  if (subjects.length > 0) await VERBS[action](trx, act, subjects, links, channel);
  return outcomes;
}

const MAKES_LINKS: ReadonlySet<UserAction> = new Set(['reinvite', 'send-password-reset']);
export const MAIL_ONLY = 'has rights on an application that you do not hold: the link can only be sent by mail';

type Verb = (trx: Transaction, act: Act, subjects: Subject[], links: LinkSettings, channel: Channel) => Promise<void>;

const VERBS: Record<UserAction, Verb> = {
  deactivate: (trx, act, subjects) => endAccess(trx, act, subjects, 'deactivated'),
  // Soft: the row stays and can be restored, but name, email and contact are free for others.
  delete: (trx, act, subjects) => endAccess(trx, act, subjects, 'deleted'),
  activate,
  'confirm-access': confirmAccess,
  'reset-login-attempts': resetLoginAttempts,
  reinvite: (trx, act, subjects, links, channel) => issue(trx, act, subjects, 'invitation', links, channel),
  // A link to choose a new password: nobody but the user ever sees or sets one (R43).
  'send-password-reset': (trx, act, subjects, links, channel) =>
    issue(trx, act, subjects, 'password-reset', links, channel),
  'withdraw-invitation': withdrawInvitations,
};

/** Sessions and open links end in the same transaction. */
async function endAccess(
  trx: Transaction,
  act: Act,
  subjects: Subject[],
  activity: 'deactivated' | 'deleted',
): Promise<void> {
  await setActivity(trx, subjects, () => activity);
  const sessions = await endSessions(trx, subjects.map(idOf));
  await endLinks(trx, act, subjects.map(idOf));
  await record(trx, act, subjects, `user.${activity}`, (subject) => ({
    before: { activity: subject.activity },
    after: { activity, ...(sessions.get(subject.id) && { sessionsEnded: sessions.get(subject.id) }) },
  }));
  await requireAdministratorRemains(trx);
}

async function activate(trx: Transaction, act: Act, subjects: Subject[]): Promise<void> {
  await setActivity(trx, subjects, activatedTo);
  await record(trx, act, subjects, 'user.activated', (subject) => ({
    before: { activity: subject.activity },
    after: { activity: activatedTo(subject) },
  }));
}

/** "Still needed", said by somebody who may change the user: with the time of it, a fact that a review looks at. */
async function confirmAccess(trx: Transaction, act: Act, subjects: Subject[]): Promise<void> {
  const confirmed = { access_confirmed_at: act.at, access_confirmed_by: act.by.id };
  for (const some of pieces(subjects)) await trx('users').whereIn('id', some.map(idOf)).update(confirmed);
  await record(trx, act, subjects, 'user.access-confirmed', (subject) => ({
    before: { accessConfirmedAt: subject.accessConfirmedAt },
    after: { accessConfirmedAt: act.at },
  }));
}

/** Every counter is cleared, those of known devices included, with step, lock and total. */
async function resetLoginAttempts(trx: Transaction, act: Act, subjects: Subject[]): Promise<void> {
  await clearLoginAttempts(trx, subjects.map(idOf));
  await record(trx, act, subjects, 'user.login-attempts-reset', (subject) => ({
    before: {
      loginAttempts: subject.loginAttempts,
      lockedUntil: subject.lockedUntil,
      ...(subject.attemptsAtKnownDevices > 0 && { attemptsAtKnownDevices: subject.attemptsAtKnownDevices }),
    },
    after: {
      loginAttempts: 0,
      lockedUntil: null,
      ...(subject.attemptsAtKnownDevices > 0 && { attemptsAtKnownDevices: 0 }),
    },
  }));
}

/** A new link for each; the old one is dead. The mail that carries it is written down with it. */
async function issue(
  trx: Transaction,
  act: Act,
  subjects: Subject[],
  purpose: Purpose,
  links: LinkSettings,
  channel: Channel,
): Promise<void> {
  await issueLinks(trx, act, purpose, subjects.map(idOf), links, channel);
  if (purpose === 'invitation') await answerInvitationRequests(trx, subjects.map(idOf));
  if (channel === 'mail') await mailLinks(trx, act, purpose, subjects.map(idOf));
  await record(trx, act, subjects, `${purpose}.issued`, (subject) => ({
    after: { hours: links.lifetime[purpose] / HOUR, ...(channel === 'mail' && { mailedTo: subject.email }) },
  }));
}

async function withdrawInvitations(trx: Transaction, act: Act, subjects: Subject[]): Promise<void> {
  await endLinks(trx, act, subjects.map(idOf), 'invitation');
  await record(trx, act, subjects, 'invitation.withdrawn', (subject) => ({
    before: { invitationExpiresAt: subject.invitationExpiresAt },
    after: { invitationExpiresAt: null },
  }));
}

/** Remembers what is deleted from, and forgets it when it comes back. */
async function setActivity(
  trx: Transaction,
  subjects: Subject[],
  next: (subject: Subject) => Subject['activity'],
): Promise<void> {
  const alike = Map.groupBy(subjects, (subject) => `${subject.activity} ${next(subject)}`);
  for (const group of alike.values()) {
    const activity = next(group[0]);
    const change = { activity, deleted_from: activity === 'deleted' ? group[0].activity : null };
    for (const some of pieces(group))
      await trx('users')
        .whereIn('id', some.map(idOf))
        .update({ ...change, version: trx.raw('version + 1') });
  }
}

async function record(
  trx: Transaction,
  act: Act,
  subjects: Subject[],
  action: string,
  fields: (subject: Subject) => { before?: Fields; after?: Fields },
): Promise<void> {
  const changes = subjects.map(
    (subject): Change => ({
      action,
      subjectType: 'user',
      subjectId: subject.id,
      subjectName: subject.name,
      ...fields(subject),
    }),
  );
  await recordChanges(trx, act, changes);
}

function idOf(subject: Subject): number {
  return subject.id;
}

function idsOf(outcomes: Outcome[]): number[] {
  return outcomes.map((outcome) => outcome.subject.id);
}
