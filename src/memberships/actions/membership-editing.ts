import { isOver } from '../../access/granted-rights.ts';
import { type Ends, findEnds, LONGER, outlasted } from '../../access/lasting.ts';
import { mayAdminister, type Viewer } from '../../access/viewer.ts';
import { type Fields, groupReference, userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { requireChangeable, requireGivable, requireNotDeleted } from '../../groups/group.ts';
import { findGroup, findLedByStrangers, keepGroups } from '../../groups/group-store.ts';
import { type EndedLink, endOutgrownLinks } from '../../permissions/outgrown-links.ts';
import type { Subject } from '../../users/user.ts';
import { findSubjects, outdate } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { forbidden, inapplicable, NOT_YOURS, type Outcome, type Refusal } from '../../verbs/outcome.ts';
import { findMembershipsIn, grant, remove, setEnd } from '../membership-store.ts';

/** What stood of a membership, for whoever takes back what was done to it: null where there was none. */
export type MembershipFacts = {
  untilAt: Instant | null;
  /** They led the group. */
  leads?: true;
} | null;

/** What stood before, of each of whom it was changed. */
export type MembershipsBefore = ReadonlyMap<number, MembershipFacts>;

/** The leaders whom groups had, by group. */
export type LeadersBefore = ReadonlyMap<number, number>;

/** What an addition comes to: links may end with it that were made for somebody who could do less. */
export interface Addition {
  outcomes: Outcome<Subject>[];
  before: MembershipsBefore;
  ended: EndedLink[];
}

type Actor = Pick<Act, 'by' | 'at'>;

/** By what rule memberships are changed. */
export interface MembershipRule {
  /** Throws where the actor may not change who is in the group. */
  requireGroup(db: Reader, act: Actor, group: Group): Promise<void>;
  /** Why the actor may not change this one's membership. */
  refusalOf(by: Viewer, subject: Subject, group: Group): Refusal | undefined;
}

/** Nobody gives or takes what they do not hold, from nobody who may do more (R61, R62). */
const BY_RIGHTS: MembershipRule = {
  requireGroup: async (_db, act, group) => requireChangeable(act, group),
  refusalOf: (by, subject) => (mayAdminister(by, subject) ? undefined : forbidden(NOT_YOURS)),
};

/** As the form of a user has it, by which somebody got into a group or out of it: what is taken back takes no more than it took (R62). */
export const BY_FORM_OF_USER: MembershipRule = {
  ...BY_RIGHTS,
  async requireGroup(_db, { by }, group) {
    requireGivable(by, group);
    requireNotDeleted(group);
  },
};

interface Standing {
  group: Group;
  subject: Subject;
  /** The membership as it is; undefined for who is none. */
  membership?: { untilAt: Instant | null };
  now: Instant;
  /** Whether the actor is the user. */
  isSelf: boolean;
  /** Until when they hold what they hold now, where not for good. */
  ends?: Ends;
}

/** Whose membership of which group is meant. */
export interface Meant {
  groupId: number;
  userIds: number[];
  /** The same, as they were just read. */
  subjects?: Subject[];
  /** By which rule they are changed; left out, by rights. */
  rule?: MembershipRule;
  /** What is taken back stood so before: its end may be over by now, and then gives nothing. */
  asBefore?: boolean;
}

/** Who of these would become a member, and who not and why. */
export async function judgeGrants(
  db: Reader,
  act: Actor,
  meant: Meant,
  untilAt: Instant | null,
): Promise<Outcome<Subject>[]> {
  return (await judge(db, act, meant, unlessMember(untilAt))).outcomes;
}

/** Makes the users members from now on, until the end of that day or without an end. Who was one before begins anew. */
export async function grantMemberships(
  trx: Transaction,
  act: Act,
  meant: Meant,
  untilAt: Instant | null,
): Promise<Addition> {
  if (!meant.asBefore) requireEndAhead(act, untilAt);
  const { group, outcomes, chosen } = await judge(trx, act, meant, unlessMember(untilAt));
  await grant(trx, group.id, idsOf(chosen), { at: act.at, by: act.by.id, untilAt });
  await record(trx, act, chosen, 'membership.granted', (standing) => {
    const heldUntil = outlastedBy(standing, untilAt);
    return {
      after: { group: groupReference(group), ...(untilAt && { until: untilAt }), ...(heldUntil && { heldUntil }) },
    };
  });
  const ended = await endOutgrownLinks(
    trx,
    act,
    chosen.map((standing) => standing.subject),
  );
  return { outcomes, before: factsBefore(chosen), ended };
}

/** Whose membership would get that end, and whose not and why. */
export async function judgeUntil(
  db: Reader,
  act: Actor,
  meant: Meant,
  untilAt: Instant | null,
): Promise<Outcome<Subject>[]> {
  if (!meant.asBefore) requireEndAhead(act, untilAt);
  return (await judge(db, act, meant, unlessEnding(untilAt))).outcomes;
}

/** Sets when the memberships end, or takes the end away. */
export async function setUntil(
  trx: Transaction,
  act: Act,
  meant: Meant,
  untilAt: Instant | null,
): Promise<{ outcomes: Outcome<Subject>[]; before: MembershipsBefore }> {
  if (!meant.asBefore) requireEndAhead(act, untilAt);
  const { group, outcomes, chosen } = await judge(trx, act, meant, unlessEnding(untilAt));
  await setEnd(trx, group.id, idsOf(chosen), untilAt);
  await record(trx, act, chosen, 'membership.until-set', ({ membership }) => ({
    before: { until: membership!.untilAt },
    after: { group: groupReference(group), until: untilAt },
  }));
  await requireAdministratorRemains(trx, act);
  return { outcomes, before: factsBefore(chosen) };
}

/** Whom of these it would take out of the group, and whom not and why. */
export async function judgeEnds(db: Reader, act: Actor, meant: Meant): Promise<Outcome<Subject>[]> {
  return (await judge(db, act, meant, unlessStaying)).outcomes;
}

export async function endMemberships(
  trx: Transaction,
  act: Act,
  meant: Meant,
): Promise<{ outcomes: Outcome<Subject>[]; before: MembershipsBefore }> {
  const { group, outcomes, chosen } = await judge(trx, act, meant, unlessStaying);
  await remove(trx, group.id, idsOf(chosen));
  await record(trx, act, chosen, 'membership.ended', () => ({
    before: { group: groupReference(group) },
    after: { group: null },
  }));
  const leaders = await endLeaderships(trx, act, idsOf(chosen));
  await requireAdministratorRemains(trx, act);
  return { outcomes, before: factsBefore(chosen, leaders.get(group.id)) };
}

/** Nobody leads a group that they are no longer in. Returns who led which. */
export async function endLeaderships(trx: Transaction, act: Act, userIds: number[]): Promise<LeadersBefore> {
  const groups = await findLedByStrangers(trx, userIds);
  await keepGroups(
    trx,
    groups.map(({ id }) => ({ id, columns: { leader_id: null } })),
  );
  await recordChanges(
    trx,
    act,
    groups.map(({ id, name, leader }) => ({
      action: 'group.updated',
      subjectType: 'group',
      subjectId: id,
      subjectName: name,
      before: { leader: userReference(leader) },
      after: { leader: null },
    })),
  );
  return new Map(groups.map(({ id, leader }) => [id, leader.id]));
}

function unlessEnding(untilAt: Instant | null): (standing: Standing) => Refusal | undefined {
  return (standing) => {
    if (!standing.membership) return inapplicable('is no member');
    // To come back is to be granted anew, by somebody and from then on.
    if (isOver(standing.membership, standing.now) && !isOver({ untilAt }, standing.now))
      return inapplicable('is no member any more: add them again');
    if (standing.isSelf && grantsAnything(standing.group))
      return forbidden('is yourself: nobody sets the end of their own rights');
    if (standing.isSelf && standing.group.requiresSecondFactor) return LETS_OFF;
    return standing.membership.untilAt === untilAt ? inapplicable('has this end already') : undefined;
  };
}

function unlessStaying(standing: Standing): Refusal | undefined {
  if (!standing.membership) return inapplicable('is no member');
  if (standing.isSelf && grantsAnything(standing.group))
    return forbidden('is yourself: nobody takes rights from themself');
  return standing.isSelf && standing.group.requiresSecondFactor ? LETS_OFF : undefined;
}

/** Whether nobody takes themself out of it. */
export function staysIn(group: Group): boolean {
  return grantsAnything(group) || group.requiresSecondFactor;
}

const LETS_OFF = forbidden('is yourself: nobody lets themself off a second factor');

function unlessMember(untilAt: Instant | null): (standing: Standing) => Refusal | undefined {
  return (standing) => {
    const { subject, membership, now, isSelf } = standing;
    if (subject.activity === 'deleted') return inapplicable('is deleted');
    if (membership && !isOver(membership, now)) return inapplicable('is a member already');
    return isSelf && outlastedBy(standing, untilAt) ? forbidden(LONGER) : undefined;
  };
}

/** Which end of what they hold the membership would make them forget. */
function outlastedBy({ ends, group }: Standing, untilAt: Instant | null): Instant | undefined {
  return ends && outlasted(ends, group.rights, untilAt);
}

/**
 * The group, and whom of the users the change is for. Throws NotFound, Conflict and Forbidden for the group; a user is
 * left out with a reason, by the same rule whether rights are given or taken (R62).
 */
async function judge(
  db: Reader,
  act: Actor,
  { groupId, userIds, subjects: known, rule = BY_RIGHTS }: Meant,
  refusalOf: (standing: Standing) => Refusal | undefined,
): Promise<{ group: Group; outcomes: Outcome<Subject>[]; chosen: Standing[] }> {
  const group = await findGroup(db, groupId);
  await rule.requireGroup(db, act, group);
  const now = minuteOf(act.at);
  const subjects = known ?? (await findSubjects(db, [...new Set(userIds)], now));
  const memberships = await findMembershipsIn(db, groupId, userIds);
  const ends = grantsAnything(group) ? await findEnds(db, userIds, now) : new Map<number, Ends>();
  const chosen: Standing[] = [];
  const outcomes = subjects.map((subject): Outcome<Subject> => {
    const membership = memberships.get(subject.id);
    const standing = { group, subject, membership, now, isSelf: act.by.id === subject.id, ends: ends.get(subject.id) };
    const refusal = rule.refusalOf(act.by, subject, group) ?? refusalOf(standing);
    if (!refusal) chosen.push(standing);
    return { subject, refusal };
  });
  return { group, outcomes, chosen };
}

/** One event per user, which the timeline of the group shows as well. Forms that show the old groups are stale with it. */
async function record(
  trx: Transaction,
  act: Act,
  chosen: Standing[],
  action: string,
  fields: (standing: Standing) => { before?: Fields; after?: Fields },
): Promise<void> {
  await outdate(trx, idsOf(chosen));
  await recordChanges(
    trx,
    act,
    chosen.map((standing) => ({
      action,
      subjectType: 'user',
      subjectId: standing.subject.id,
      subjectName: standing.subject.name,
      ...fields(standing),
    })),
  );
}

/** Throws FieldErrors. */
export function requireEndAhead(act: Actor, untilAt: Instant | null): void {
  if (untilAt !== null && untilAt <= act.at)
    throw new FieldErrors({ untilAt: 'This moment is over. Choose a later one.' });
}

function grantsAnything(group: Group): boolean {
  return Object.keys(group.rights).length > 0;
}

function factsBefore(standings: Standing[], leaderId?: number): MembershipsBefore {
  return new Map(
    standings.map(({ subject: { id }, membership }) => {
      const leads = id === leaderId && { leads: true as const };
      return [id, membership ? { untilAt: membership.untilAt, ...leads } : null];
    }),
  );
}

function idsOf(standings: Standing[]): number[] {
  return standings.map((standing) => standing.subject.id);
}
