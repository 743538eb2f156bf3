import { activatedTo, type Living } from '../../access/activity.ts';
import { isAnyAdministrator } from '../../access/administrators.ts';
import { findRights } from '../../access/granted-rights.ts';
import { covers } from '../../access/rights.ts';
import { findStrongerMembers } from '../../access/stronger-members.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Change } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { type Day, dayOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import { identityKey } from '../../text/identity-key.ts';
import type { Act } from '../../verbs/act.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { forbidden, inapplicable, type Refusal } from '../../verbs/outcome.ts';
import { type Group, mayChange } from '../group.ts';
import { findGroupsOf } from '../group-store.ts';

/** What can be done to a group besides editing. */
export type GroupAction = 'deactivate' | 'activate' | 'delete';

/** What an action comes to for one group: done, or refused for a reason. */
export interface GroupOutcome {
  subject: Group;
  refusal?: Refusal;
}

const EVENTS = { deactivate: 'group.deactivated', activate: 'group.activated', delete: 'group.deleted' };

/**
 * Which of these groups the action would change and which not, and why: the same judgement for the sheet and for the
 * verb. Throws NotFound where an id is unknown.
 */
export async function judgeGroups(
  db: Reader,
  viewer: Viewer,
  action: GroupAction,
  ids: number[],
  today: Day,
): Promise<GroupOutcome[]> {
  const outcomes = (await findGroupsOf(db, ids)).map(
    (subject): GroupOutcome => ({ subject, refusal: refusalOf(action, viewer, subject) }),
  );
  const allowed = () => outcomes.filter((outcome) => !outcome.refusal);
  const stronger = await findStrongerMembers(db, viewer.rights, idsOf(allowed()), today);
  for (const outcome of allowed()) {
    const name = stronger.get(outcome.subject.id);
    if (name !== undefined) outcome.refusal = forbidden(`has the member ${name}, who has rights that you do not hold`);
  }
  if (action === 'activate') await refuseTakenNames(db, allowed());
  else await refuseLosses(db, viewer, allowed(), today);
  return outcomes;
}

/** Does the action to all whom the judgement leaves, with one audit event each. */
export async function performOnGroups(
  trx: Transaction,
  act: Act,
  action: GroupAction,
  ids: number[],
): Promise<GroupOutcome[]> {
  const today = dayOf(act.at);
  const outcomes = await judgeGroups(trx, act.by, action, ids, today);
  const groups = outcomes.filter((outcome) => !outcome.refusal).map((outcome) => outcome.subject);
  if (groups.length === 0) return outcomes;
  for (const alike of Map.groupBy(groups, (group) => `${group.activity} ${outcomeOf(action, group)}`).values()) {
    const activity = outcomeOf(action, alike[0]);
    const change = { activity, deleted_from: activity === 'deleted' ? alike[0].activity : null };
    const ids = alike.map((group) => group.id);
    await whereIdIn(trx('groups'), 'id', ids).update({ ...change, version: trx.raw('version + 1') });
  }
  await recordChanges(
    trx,
    act,
    groups.map(
      (group): Change => ({
        action: EVENTS[action],
        subjectType: 'group',
        subjectId: group.id,
        subjectName: group.name,
        before: { activity: group.activity },
        after: { activity: outcomeOf(action, group) },
      }),
    ),
  );
  await requireAdministratorRemains(trx);
  return outcomes;
}

/** What the action makes of the group. */
export function outcomeOf(action: GroupAction, group: Living): Group['activity'] {
  if (action === 'activate') return activatedTo(group);
  return action === 'delete' ? 'deleted' : 'deactivated';
}

/** Whether there is something to do. */
export function isApplicable(group: Pick<Group, 'activity'>, action: GroupAction): boolean {
  if (action === 'deactivate') return group.activity === 'active';
  return group.activity !== (action === 'delete' ? 'deleted' : 'active');
}

function refusalOf(action: GroupAction, viewer: Viewer, group: Group): Refusal | undefined {
  if (!mayChange(viewer, group)) return forbidden('grants rights that you do not hold');
  return isApplicable(group, action) ? undefined : inapplicable(`is already ${group.activity}`);
}

/** A deleted group's name is free for another one; among several of one name the first comes back. */
async function refuseTakenNames(db: Reader, allowed: GroupOutcome[]): Promise<void> {
  const deleted = allowed.filter(({ subject }) => subject.activity === 'deleted');
  const keys = deleted.map(({ subject }) => identityKey(subject.name));
  const taken = new Set<string>(
    await whereIdIn(db('groups').whereNot('activity', 'deleted'), 'name_key', keys).pluck('name_key'),
  );
  for (const [n, outcome] of deleted.entries()) {
    if (taken.has(keys[n])) outcome.refusal = inapplicable('cannot be restored: another group has its name by now');
    taken.add(keys[n]);
  }
}

/** Nobody takes rights from themself, and there is always an administrator: each group is judged with those before it gone. */
async function refuseLosses(db: Reader, viewer: Viewer, allowed: GroupOutcome[], today: Day): Promise<void> {
  const losesRights = async (gone: number[]) =>
    viewer.id !== null && !covers(await findRights(db, viewer.id, today, gone), viewer.rights);
  if (!(await losesRights(idsOf(allowed))) && (await isAnyAdministrator(db, idsOf(allowed)))) return;
  const going: number[] = [];
  for (const outcome of allowed) {
    const { id, rights } = outcome.subject;
    if (Object.keys(rights).length === 0) continue;
    const gone = [...going, id];
    if (await losesRights(gone))
      outcome.refusal = forbidden('gives rights to yourself: nobody takes rights from themself');
    else if (!(await isAnyAdministrator(db, gone)))
      outcome.refusal = forbidden('makes the last administrator one: there must always be one');
    else going.push(id);
  }
}

function idsOf(outcomes: GroupOutcome[]): number[] {
  return outcomes.map((outcome) => outcome.subject.id);
}
