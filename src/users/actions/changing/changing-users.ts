import { hasToChoosePassword } from '../../../access/admission.ts';
import { findEnds, outlasted } from '../../../access/lasting.ts';
import type { Fields } from '../../../audit/audit-event.ts';
import { recordChanges } from '../../../audit/audit-store.ts';
import { type Instant, minuteOf } from '../../../clock.ts';
import type { Transaction } from '../../../db/database.ts';
import { mailNotice } from '../../../mail/outbox-store.ts';
import { endLeaderships, type LeadersBefore } from '../../../memberships/actions/membership-editing.ts';
import { changeMemberships } from '../../../memberships/membership-store.ts';
import { endLinks } from '../../../one-time-links/one-time-link-store.ts';
import { findOpenLinks } from '../../../one-time-links/open-links.ts';
import { type EndedLink, endOutgrownLinks } from '../../../permissions/outgrown-links.ts';
import { endAccess } from '../../../sessions/actions/access-ending.ts';
import { changeTags } from '../../../tags/tag-store.ts';
import type { Act } from '../../../verbs/act.ts';
import type { Written } from '../../../verbs/action.ts';
import { requireAdministratorRemains } from '../../../verbs/administrator-guard.ts';
import type { Outcome } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { forgetPasswords, keepUsers } from '../../user-store.ts';
import { moveInvitations } from './moved-invitations.ts';
import { moveLeavings } from './moved-leavings.ts';
import { judgeChange, planChange, planEach, type Step, type Versions } from './planned-change.ts';
import type { UserChange } from './user-change.ts';
import { changedColumns, endsOfNew } from './user-details.ts';
import { membershipFact, writtenBetween } from './user-facts.ts';

/** What a change comes to: for each of the users, what was written into whom, and whose open links ended with it. */
export interface Changed {
  outcomes: Outcome<Subject>[];
  written: Map<number, Written>;
  linksEnded: EndedLink[];
}

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
  return { outcomes, ...(await takeSteps(trx, act, steps)) };
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
  return { outcomes, ...(await takeSteps(trx, act, steps)) };
}

/** Somebody showed that they read the mails there: it is theirs, and known to be. Throws FieldErrors where it is another's. */
export async function changeOwnEmail(trx: Transaction, act: Act, subject: Subject, email: string): Promise<void> {
  const { steps } = await planChange(trx, act, [{ subject }], { email });
  if (steps.length > 0) await take(trx, act, steps);
}

/** Does what was planned in the same transaction. */
export async function takeSteps(trx: Transaction, act: Act, steps: Step[]): Promise<Omit<Changed, 'outcomes'>> {
  const written = new Map(steps.map(({ subject, before, after }) => [subject.id, writtenBetween(before, after)]));
  if (steps.length === 0) return { written, linksEnded: [] };
  const { linksEnded, leaders } = await take(trx, act, steps);
  for (const [groupId, leaderId] of leaders) {
    const { before } = written.get(leaderId)!;
    const field = membershipFact(groupId);
    before[field] = { ...(before[field] as object), leads: true };
  }
  return { written, linksEnded };
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
  const renewed = steps.filter(({ before, after }) => before.user !== after.user);
  const starts = renewed.map(({ subject: { id }, before, after }) => ({
    id,
    from: before.user.startsAt,
    to: after.user.startsAt,
  }));
  await moveInvitations(trx, starts, act.at);
  const ends = renewed.map(({ subject: { id }, before, after }) => ({
    id,
    from: before.user.leavesAt,
    to: after.user.leavesAt,
  }));
  await moveLeavings(trx, ends, act.at);
  const heldUntil = await findHeldUntil(trx, act, steps);
  await changeMemberships(
    trx,
    steps
      .filter(({ before, after }) => before.groups !== after.groups)
      .map(({ subject, before, after }) => ({
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
    steps
      .filter(({ before, after }) => before.tags !== after.tags)
      .map(({ subject, before, after }) => ({ id: subject.id, from: before.tags, to: after.tags })),
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
      after: {
        ...withEnds(told.after, endsOfNew(after, before)),
        ...(heldUntil.has(subject.id) && { heldUntil: heldUntil.get(subject.id) }),
      },
    })),
  );
  for (const step of steps) await tellOfNewEmail(trx, act, step);
  await requireAdministratorRemains(trx, act);
  return { linksEnded, leaders };
}

/** Of those who come into groups, the end of what they hold that is none any more with these. */
async function findHeldUntil(trx: Transaction, act: Act, steps: Step[]): Promise<Map<number, Instant>> {
  const coming = steps.filter(({ before, after }) => after.groups.some(({ id }) => !before.ends.has(id)));
  const found = new Map<number, Instant>();
  if (coming.length === 0) return found;
  for (const [id, ends] of await findEnds(trx, idsIn(coming), minuteOf(act.at))) {
    const { before, after } = coming.find(({ subject }) => subject.id === id)!;
    const [end] = after.groups
      .filter((group) => !before.ends.has(group.id))
      .flatMap((group) => outlasted(ends, group.rights, after.ends.get(group.id) ?? null) ?? [])
      .sort();
    if (end) found.set(id, end);
  }
  return found;
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
  // Nobody can do more but by a group.
  const others = steps.filter((step) => step.after.groups !== step.before.groups && !moved.includes(step));
  return [
    ...ended,
    ...(await endOutgrownLinks(
      trx,
      act,
      others.map((step) => step.subject),
    )),
  ];
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
