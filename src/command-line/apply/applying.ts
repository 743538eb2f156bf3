import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import type { SubjectType } from '../../bulk-operations/bulk-operation.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { changeGroups } from '../../groups/actions/changing-groups.ts';
import { GROUP_ACTIVATION } from '../../groups/actions/group-activation.ts';
import { createGroup } from '../../groups/actions/group-creation.ts';
import { GROUP_DEACTIVATION } from '../../groups/actions/group-deactivation.ts';
import type { Group } from '../../groups/group.ts';
import { findGroups, findGroupsOf } from '../../groups/group-store.ts';
import { setUntil } from '../../memberships/actions/membership-editing.ts';
import { changePermissions } from '../../permissions/actions/changing-permissions.ts';
import { identityKey } from '../../text/identity-key.ts';
import { ACTIVATION } from '../../users/actions/activation.ts';
import { changeEach } from '../../users/actions/changing/changing-users.ts';
import type { UserChange } from '../../users/actions/changing/user-change.ts';
import { createUsers } from '../../users/actions/changing/user-creation.ts';
import { membershipFact, writtenOf } from '../../users/actions/changing/user-facts.ts';
import { DEACTIVATION } from '../../users/actions/deactivation.ts';
import type { Subject } from '../../users/user.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { type Action, type Performed, perform, type Subjected } from '../../verbs/action.ts';
import type { Refusal } from '../../verbs/outcome.ts';
import { Conflict } from '../../verbs/refusals.ts';
import type { DesiredMembership } from './desired-state.ts';
import type { Difference, GroupStep, UserStep } from './difference.ts';
import { Writing } from './writing.ts';

/**
 * Makes everything as it is to be, by the verbs that the pages use, or nothing at all: whatever one of them refuses is thrown. Groups come
 * first, for users come into them; who leads them last, for only a member does. It is one operation in as many parts, which is taken back
 * from the last to the first. Returns it, unless nothing was to be done.
 */
export async function applyDifference(
  trx: Transaction,
  act: Act,
  { groups, users }: Difference,
): Promise<number | undefined> {
  let whole: number | undefined;
  const keep = async (subjectType: SubjectType, work: (own: Act) => Promise<Performed<Subjected>[]>) => {
    const part = await keepAsOperation(trx, act, { subjectType, action: 'apply', partOf: whole }, work);
    whole ??= part;
  };
  if (groups.length > 0)
    await keep('group', (own) =>
      writingGroups(trx, async (writing) => {
        for (const step of groups) await applyGroup(trx, own, step, writing);
      }),
    );
  if (users.length > 0) await keep('user', (own) => applyUsers(trx, own, users));
  const leading = groups.filter(({ desired }) => desired.leader !== undefined);
  if (leading.length > 0)
    await keep('group', (own) =>
      writingGroups(trx, async (writing) => {
        for (const step of leading) await setLeader(trx, own, step, writing);
      }),
    );
  return whole;
}

async function writingGroups(
  trx: Transaction,
  work: (writing: Writing<Group>) => Promise<void>,
): Promise<Performed<Group>[]> {
  const writing = new Writing<Group>();
  await work(writing);
  return writing.performed((ids) => findGroupsOf(trx, ids));
}

async function applyGroup(trx: Transaction, act: Act, step: GroupStep, writing: Writing<Group>): Promise<void> {
  const { desired, group, levels } = step;
  const { name, description, tags, activity } = desired;
  let id = group?.id;
  if (id === undefined) {
    id = await createGroup(trx, act, { name, description, tags });
    writing.made(id);
  } else if (description !== undefined || tags !== undefined)
    writing.took(keptOutcomes(requireAll(await changeGroups(trx, act, [id], { description, tags }))));
  if (Object.keys(levels).length > 0)
    writing.took(keptOutcomes(requireAll(await changePermissions(trx, act, [id], levels))));
  const [now] = await findGroupsOf(trx, [id]);
  if (activity !== undefined && activity !== now.activity)
    await become(trx, act, activity === 'active' ? GROUP_ACTIVATION : GROUP_DEACTIVATION, [now], writing);
}

async function setLeader(trx: Transaction, act: Act, { desired }: GroupStep, writing: Writing<Group>): Promise<void> {
  const { name, leader } = desired;
  const group = (await findGroups(trx)).find((one) => identityKey(one.name) === identityKey(name))!;
  const leaderId = leader ? (await findUserIdsByIdentifier(trx, [leader])).get(leader) : null;
  if (leaderId === undefined) throw new Conflict(`There is no user ${leader} who could lead ${name}.`);
  if (leaderId !== group.leaderId)
    writing.took(keptOutcomes(requireAll(await changeGroups(trx, act, [group.id], { leaderId }))));
}

/** The groups that somebody comes into, and until when. */
type Joined = (joins: DesiredMembership[]) => { ids: number[]; groupsUntil: Record<number, Instant | null> };

async function applyUsers(trx: Transaction, act: Act, steps: UserStep[]): Promise<Performed<Subject>[]> {
  const groups = new Map((await findGroups(trx)).map(({ id, name }) => [identityKey(name), id]));
  const joined: Joined = (joins) => {
    const ends = joins.map(({ name, until = null }): [number, Instant | null] => [
      groups.get(identityKey(name))!,
      until,
    ]);
    return { ids: ends.map(([id]) => id), groupsUntil: Object.fromEntries(ends) };
  };
  const writing = new Writing<Subject>();
  const ids = await makeNew(trx, act, steps, joined);
  for (const id of ids.values()) writing.made(id);
  const changing = steps.filter(({ user }) => user !== undefined);
  const changes = changing.map((step): [number, UserChange] => [step.user!.id, changeOf(step, joined)]);
  writing.took(keptOutcomes(requireAll(await changeEach(trx, act, new Map(changes)))));
  await setEnds(trx, act, changing, writing);
  for (const [activity, action] of [
    ['active', ACTIVATION],
    ['deactivated', DEACTIVATION],
  ] as const) {
    const meant = steps.filter(
      ({ desired, user }) => desired.activity === activity && activity !== (user?.activity ?? 'active'),
    );
    const subjects = await findSubjects(
      trx,
      meant.map((step) => step.user?.id ?? ids.get(step)!),
      minuteOf(act.at),
    );
    await become(trx, act, action, subjects, writing);
  }
  return writing.performed((all) => findSubjects(trx, all, minuteOf(act.at)));
}

/** Memberships that there are end as the file says. */
async function setEnds(trx: Transaction, act: Act, steps: UserStep[], writing: Writing<Subject>): Promise<void> {
  const ends = steps.flatMap(({ user, ends: those }) => those.map((one) => ({ ...one, userId: user!.id })));
  for (const same of Map.groupBy(ends, ({ groupId, untilAt }) => `${groupId} ${untilAt}`).values()) {
    const [{ groupId, untilAt }] = same;
    const changed = await setUntil(trx, act, { groupId, userIds: same.map(({ userId }) => userId) }, untilAt);
    requireAll(changed);
    const written = writtenOf(membershipFact(groupId), changed.before, { untilAt });
    writing.took(keptOutcomes({ outcomes: changed.outcomes, written }));
  }
}

/** By step, who was made of it. */
async function makeNew(trx: Transaction, act: Act, steps: UserStep[], joined: Joined): Promise<Map<UserStep, number>> {
  const fresh = steps.filter(({ user }) => user === undefined);
  const made = await createUsers(
    trx,
    act,
    fresh.map((step) => ({
      ...ownOf(step),
      groupsUntil: joined(step.joins).groupsUntil,
      name: step.desired.name,
      email: step.desired.email ?? null,
      groups: joined(step.joins).ids,
      tags: step.desired.tags ?? [],
    })),
  );
  const refused = made.flatMap(({ refusal }, n) => (refusal ? [inWords(fresh[n].desired.name, refusal)] : []));
  if (refused.length > 0) throw new Conflict(refused.join(' '));
  return new Map(fresh.map((step, n) => [step, made[n].id!]));
}

function changeOf(step: UserStep, joined: Joined): UserChange {
  const { desired, joins, leaves } = step;
  const { email, tags } = desired;
  return {
    ...ownOf(step),
    ...(email !== undefined && { email }),
    ...(tags && { tags }),
    ...(joins.length + leaves.length > 0 && {
      groups: { add: joined(joins).ids, remove: leaves },
      groupsUntil: joined(joins).groupsUntil,
    }),
  };
}

/** What is said of somebody, without what names others. */
function ownOf({ desired, ownerId }: UserStep): UserChange {
  const { starts, leaves: end, noSharedData, description, apiOnly } = desired;
  return {
    ...(starts !== undefined && { startsAt: starts, startMayBeOver: true }),
    ...(end !== undefined && { leavesAt: end }),
    ...(noSharedData !== undefined && { noSharedData }),
    ...(description !== undefined && { description }),
    ...(apiOnly && { apiOnly: { reason: apiOnly.reason, reviewOn: apiOnly.review, ownerId: ownerId! } }),
  };
}

async function become<S extends Subjected>(
  trx: Transaction,
  act: Act,
  action: Action<S>,
  subjects: S[],
  writing: Writing<S>,
): Promise<void> {
  if (subjects.length === 0) return;
  const outcomes = await perform(trx, act, action, subjects);
  writing.took(requireAll({ outcomes }).outcomes as Performed<S>[]);
}

/** A file is applied as a whole. */
function requireAll<Changed extends { outcomes: Performed<Subjected>[] }>(changed: Changed): Changed {
  const refused = changed.outcomes.flatMap(({ subject, refusal }) => (refusal ? [inWords(subject.name, refusal)] : []));
  if (refused.length > 0) throw new Conflict(refused.join(' '));
  return changed;
}

function inWords(name: string, { reason, fields }: Refusal): string {
  return fields ? `${name}: ${Object.values(fields).join(' ')}` : `${name} ${reason}.`;
}
