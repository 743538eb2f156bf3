import { hasToChoosePassword } from '../../../access/admission.ts';
import { mayAdminister } from '../../../access/viewer.ts';
import { differences, type Fields } from '../../../audit/audit-event.ts';
import { recordChanges } from '../../../audit/audit-store.ts';
import { minuteOf } from '../../../clock.ts';
import type { Reader, Transaction } from '../../../db/database.ts';
import { FieldErrors } from '../../../forms/form.ts';
import { mailNotice } from '../../../mail/outbox-store.ts';
import { endLeaderships, type LeadersBefore } from '../../../memberships/actions/membership-editing.ts';
import { changeMemberships } from '../../../memberships/membership-store.ts';
import { endLinks, findOpenLinks } from '../../../one-time-links/one-time-link-store.ts';
import { type EndedLink, endOutgrownLinks } from '../../../permissions/outgrown-links.ts';
import { endAccess } from '../../../sessions/actions/access-ending.ts';
import { changeTags } from '../../../tags/tag-store.ts';
import type { Act } from '../../../verbs/act.ts';
import type { Judge, Written } from '../../../verbs/action.ts';
import { requireAdministratorRemains } from '../../../verbs/administrator-guard.ts';
import { differing } from '../../../verbs/facts.ts';
import {
  allowed,
  forbidden,
  forbiddenFields,
  inapplicable,
  leaveOut,
  NOT_YOURS,
  type Outcome,
  stale,
  unfitFields,
  WAS_ERASED,
} from '../../../verbs/outcome.ts';
import { Forbidden } from '../../../verbs/refusals.ts';
import type { Subject } from '../../user.ts';
import { findSubjects, forgetPasswords, keepUsers } from '../../user-store.ts';
import { moveInvitations } from './moved-invitations.ts';
import { moveLeavings } from './moved-leavings.ts';
import { ownRules } from './own-rules.ts';
import { unfitDates, withoutEmail } from './person-rules.ts';
import type { UserChange } from './user-change.ts';
import { chosenAmong, chosenBy, detailsAfter, findNamed } from './user-choices.ts';
import { auditFields, columnsOf, endsOfNew, findDetails, type UserDetails } from './user-details.ts';
import { factsOf, membershipFact } from './user-facts.ts';

/** What a change comes to: for each of the users, what was written into whom, and whose open links ended with it. */
export interface Changed {
  outcomes: Outcome<Subject>[];
  written: Map<number, Written>;
  linksEnded: EndedLink[];
}

/** What a change would come to. */
export interface PlannedChange {
  outcomes: Outcome<Subject>[];
  /** Of whom something differs. */
  steps: Step[];
}

/** One user with what becomes of them. */
export interface Step {
  subject: Subject;
  before: UserDetails;
  after: UserDetails;
  /** Only what differs. */
  told: { before: Fields; after: Fields };
}

/** The versions that somebody was shown, by user: who is another by now is left out. */
export type Versions = ReadonlyMap<number, number>;

/**
 * Changes what is said of each of these users: guarded, with one audit event for each of whom something differs. Open links end
 * where they would open more than was meant when they were made; who becomes API-only is signed out. Throws FieldErrors, Forbidden
 * or NotFound for what concerns all of them.
 */
export async function changeUsers(
  trx: Transaction,
  act: Act,
  ids: number[],
  change: UserChange,
  versions?: Versions,
): Promise<Changed> {
  const { outcomes, steps } = await planChange(trx, act, await judgeChange(trx, act, ids, versions), change);
  return { outcomes, ...(await takeEach(trx, act, steps)) };
}

/**
 * Changes each of these users in a way of its own, with as many statements as for one. Whom the change will not do for is left out with
 * the reason, and so is who has another version than the one given.
 */
export async function changeEach(
  trx: Transaction,
  act: Act,
  changes: ReadonlyMap<number, UserChange>,
  versions?: Versions,
): Promise<Changed> {
  const outcomes = await judgeChange(trx, act, [...changes.keys()], versions);
  const { steps } = await planEach(trx, act, outcomes, changes);
  return { outcomes, ...(await takeEach(trx, act, steps)) };
}

/** Somebody showed that they read the mails there: it is theirs, and known to be. Throws FieldErrors where it is another's. */
export async function changeOwnEmail(trx: Transaction, act: Act, subject: Subject, email: string): Promise<void> {
  const { steps } = await planChange(trx, act, [{ subject }], { email });
  if (steps.length > 0) await take(trx, act, steps);
}

/** What would become of each of these by its own change. */
export async function planEach(
  db: Reader,
  by: Judge,
  outcomes: Outcome<Subject>[],
  changes: ReadonlyMap<number, UserChange>,
): Promise<PlannedChange> {
  const named = await findNamed(db, by, [...changes.values()]);
  const details = await findDetails(db, allowed(outcomes));
  const rules = await ownRules(db, by);
  const after = new Map<number, UserDetails>();
  leaveOut(outcomes, (subject) => {
    const before = details.get(subject.id)!;
    try {
      const next = detailsAfter(by, subject, before, chosenAmong(by, changes.get(subject.id)!, named));
      after.set(subject.id, next);
      return withoutEmail(next) ?? rules(subject, before, next) ?? unfitDates(before, next, by.at);
    } catch (error) {
      if (error instanceof FieldErrors) return unfitFields(error.errors);
      if (error instanceof Forbidden) return forbiddenFields({ groups: error.message });
      throw error;
    }
  });
  return { outcomes, steps: allowed(outcomes).flatMap((subject) => stepOf(subject, details, after)) };
}

/** What would become of each of these who is not left out already. Throws as `changeUsers` does. */
export async function planChange(
  db: Reader,
  by: Judge,
  outcomes: Outcome<Subject>[],
  change: UserChange,
): Promise<PlannedChange> {
  const chosen = await chosenBy(db, by, change);
  const details = await findDetails(db, allowed(outcomes));
  const after = new Map<number, UserDetails>();
  for (const subject of allowed(outcomes))
    after.set(subject.id, detailsAfter(by, subject, details.get(subject.id)!, chosen));
  const rules = await ownRules(db, by);
  leaveOut(outcomes, ({ id }) => withoutEmail(after.get(id)!));
  leaveOut(outcomes, (subject) => rules(subject, details.get(subject.id)!, after.get(subject.id)!));
  leaveOut(outcomes, ({ id }) => unfitDates(details.get(id)!, after.get(id)!, by.at));
  return { outcomes, steps: allowed(outcomes).flatMap((subject) => stepOf(subject, details, after)) };
}

/** Who of these may be changed by whom, as they were shown. */
export async function judgeChange(
  db: Reader,
  { by, at }: Judge,
  ids: number[],
  versions?: Versions,
): Promise<Outcome<Subject>[]> {
  const subjects = await findSubjects(db, ids, minuteOf(at));
  return subjects.map((subject): Outcome<Subject> => {
    if (!mayAdminister(by, subject)) return { subject, refusal: forbidden(NOT_YOURS) };
    if (subject.erasedAt !== null) return { subject, refusal: inapplicable(WAS_ERASED) };
    const isShown = versions === undefined || versions.get(subject.id) === subject.version;
    return isShown ? { subject } : { subject, refusal: stale() };
  });
}

async function takeEach(trx: Transaction, act: Act, steps: Step[]): Promise<Omit<Changed, 'outcomes'>> {
  const written = new Map(
    steps.map(({ subject, before, after }) => [subject.id, differing(factsOf(before), factsOf(after))]),
  );
  if (steps.length === 0) return { written, linksEnded: [] };
  const { linksEnded, leaders } = await take(trx, act, steps);
  for (const [groupId, leaderId] of leaders) {
    const { before } = written.get(leaderId)!;
    const field = membershipFact(groupId);
    before[field] = { ...(before[field] as object), leads: true };
  }
  return { written, linksEnded };
}

function stepOf(subject: Subject, before: Map<number, UserDetails>, after: Map<number, UserDetails>): Step[] {
  const [from, to] = [before.get(subject.id)!, after.get(subject.id)!];
  const told = differences(auditFields(from), auditFields(to));
  return told ? [{ subject, before: from, after: to, told }] : [];
}

async function take(
  trx: Transaction,
  act: Act,
  steps: Step[],
): Promise<{ linksEnded: EndedLink[]; leaders: LeadersBefore }> {
  await keepUsers(
    trx,
    steps.map((step) => ({
      id: step.subject.id,
      columns: { ...changedColumns(step.before, step.after), ...emailToConfirm(act, step) },
    })),
  );
  const starts = steps.map(({ subject: { id }, before, after }) => ({
    id,
    from: before.user.startsAt,
    to: after.user.startsAt,
  }));
  await moveInvitations(trx, starts, act.at);
  const ends = steps.map(({ subject: { id }, before, after }) => ({
    id,
    from: before.user.leavesAt,
    to: after.user.leavesAt,
  }));
  await moveLeavings(trx, ends, act.at);
  await changeMemberships(
    trx,
    steps.map(({ subject, before, after }) => ({
      id: subject.id,
      from: idsOf(before.groups),
      to: idsOf(after.groups),
      ends: after.ends,
    })),
    { at: act.at, by: act.by.id },
  );
  const leaders = await endLeaderships(trx, act, idsIn(steps));
  await changeTags(
    trx,
    'user',
    steps.map(({ subject, before, after }) => ({ id: subject.id, from: before.tags, to: after.tags })),
  );
  const linksEnded = await endWhatIsOutdated(trx, act, steps);
  await recordChanges(
    trx,
    act,
    steps.map(({ subject, before, after, told }) => ({
      action: 'user.updated',
      subjectType: 'user',
      subjectId: subject.id,
      subjectName: after.user.name,
      before: told.before,
      after: withEnds(told.after, endsOfNew(after, before)),
    })),
  );
  for (const step of steps) await tellOfNewEmail(trx, act, step);
  await requireAdministratorRemains(trx, act);
  return { linksEnded, leaders };
}

function withEnds(after: Fields, until: ReturnType<typeof endsOfNew>): Fields {
  return until === undefined ? after : { ...after, until };
}

/** Links that were made for another email address end as well: they may have gone there. */
async function endWhatIsOutdated(trx: Transaction, act: Act, steps: Step[]): Promise<EndedLink[]> {
  const becomeApiOnly = steps.filter(({ before, after }) => after.user.apiOnly && !before.user.apiOnly);
  const isMoved = (step: Step) => step.before.user.email !== step.after.user.email || becomeApiOnly.includes(step);
  const moved = steps.filter(isMoved);
  const ended = await findOpenLinks(trx, idsIn(moved), act.at);
  await endLinks(trx, act, idsIn(moved));
  await forgetPasswords(trx, idsIn(becomeApiOnly));
  const becomeOther = steps.filter(({ before, after }) => after.user.apiOnly !== before.user.apiOnly);
  if (becomeOther.length > 0) await endAccess(trx, act, idsIn(becomeOther), { endsTokens: true });
  const others = steps.filter((step) => !moved.includes(step)).map((step) => step.subject);
  return [...ended, ...(await endOutgrownLinks(trx, act, others))];
}

/** At both addresses: who reads the old one may be the only one to know that it should not have changed. */
async function tellOfNewEmail(trx: Transaction, act: Act, { subject, before, after }: Step): Promise<void> {
  const [from, to] = [before.user.email, after.user.email];
  if (from === to || subject.activity !== 'active') return;
  for (const address of [from, to])
    await mailNotice(
      trx,
      act,
      'email-changed',
      { userId: subject.id, address },
      { before: from ?? 'none', after: to ?? 'none', by: act.by.name },
    );
}

function changedColumns(before: UserDetails, after: UserDetails): Record<string, unknown> {
  const [from, to]: Record<string, unknown>[] = [columnsOf(before, before), columnsOf(after, before)];
  return Object.fromEntries(Object.entries(to).filter(([column, value]) => from[column] !== value));
}

/**
 * Whoever has a password may ask for another one by mail: not at an email that somebody else wrote there, before it is known to be theirs.
 * What was known to be theirs is so again where it comes back.
 */
function emailToConfirm(act: Act, { subject, before, after }: Step): Record<string, unknown> {
  const [from, to] = [before.user.email, after.user.email];
  if (from === to || !(subject.hasPassword || hasToChoosePassword(subject))) return {};
  const known = subject.confirmedEmail ?? from;
  return { confirmed_email: act.by.id === subject.id || to === known ? null : known };
}

function idsIn(steps: Step[]): number[] {
  return steps.map((step) => step.subject.id);
}

function idsOf(groups: { id: number }[]): number[] {
  return groups.map((group) => group.id);
}
