import type { Activity } from '../../access/activity.ts';
import { isAnyAdministrator } from '../../access/administrators.ts';
import { findRights, isOver } from '../../access/granted-rights.ts';
import { findOwnEnds, outlasted } from '../../access/lasting.ts';
import { type Application, covers, grants, NO_RIGHTS, type Rights, union } from '../../access/rights.ts';
import { findStrongerMembers } from '../../access/stronger-members.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Change } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { findEndsIn, findMemberships } from '../../memberships/membership-store.ts';
import { givenBy } from '../../permissions/effect.ts';
import type { Act } from '../../verbs/act.ts';
import { type Action, type Judge, type Written, writtenOf } from '../../verbs/action.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { allowed, forbidden, inapplicable, leaveOut, type Outcome, type Refusal } from '../../verbs/outcome.ts';
import { GRANTS_MORE, type Group, mayChange } from '../group.ts';
import { setActivity } from '../group-store.ts';

/** Something that can be done to a group besides editing: each makes it come or go with all that it grants. */
export type GroupAction = Action<Group>;

/** A rule for those whom the viewer may change; everybody else is refused first. */
export function changeable(
  isApplicable: (group: Group) => boolean,
): (viewer: Viewer, group: Group) => Refusal | undefined {
  return (viewer, group) => {
    if (!mayChange(viewer, group)) return forbidden(GRANTS_MORE);
    return isApplicable(group) ? undefined : inapplicable(`is already ${group.activity}`);
  };
}

/** Nobody changes what somebody may do who may do more than they themself may. */
export async function keepStrongerMembers(db: Reader, { by, at }: Judge, outcomes: Outcome<Group>[]): Promise<void> {
  const stronger = await findStrongerMembers(db, by.rights, idsOf(allowed(outcomes)), minuteOf(at));
  leaveOut(outcomes, ({ id }) => {
    const name = stronger.get(id);
    return name === undefined ? undefined : forbidden(`has the member ${name}, who has rights that you do not hold`);
  });
}

/**
 * Nobody takes rights from themself, and there is always an administrator: each group is judged with those before it changed. Left out,
 * `rightsAfter` is nothing: they go with all that they grant.
 */
export async function keepNeededRights(
  db: Reader,
  { by, at }: Judge,
  outcomes: Outcome<Group>[],
  rightsAfter: (group: Group) => Rights = () => NO_RIGHTS,
): Promise<void> {
  const now = minuteOf(at);
  const memberships = by.id === null ? [] : await findMemberships(db, [by.id]);
  const own = new Set(memberships.filter((one) => !isOver(one, now)).map(({ groupId }) => groupId));
  const losesRights = async (changed: Group[]) => {
    if (by.id === null) return false;
    const kept = await findRights(db, by.id, now, idsOf(changed));
    const left = changed.filter(({ id, activity }) => own.has(id) && activity === 'active').map(rightsAfter);
    return !covers(union([kept, ...left]), by.rights);
  };
  const hasAdministrator = (changed: Group[]) => {
    const without = (application: Application) =>
      idsOf(changed.filter((group) => !grants(rightsAfter(group), application, 'write')));
    return isAnyAdministrator(db, at, { users: without('users'), groups: without('groups') });
  };
  const losing = allowed(outcomes).filter((group) => !covers(rightsAfter(group), group.rights));
  if (!(await losesRights(losing)) && (await hasAdministrator(losing))) return;
  const going: Group[] = [];
  for (const outcome of outcomes) {
    if (!losing.includes(outcome.subject)) continue;
    const changed = [...going, outcome.subject];
    if (await losesRights(changed))
      outcome.refusal = forbidden('gives rights to yourself: nobody takes rights from themself');
    else if (!(await hasAdministrator(changed)))
      outcome.refusal = forbidden('makes the last administrator one: there must always be one');
    else going.push(outcome.subject);
  }
}

/** Nobody makes what they may do last longer by what groups come to give in which they are. Left out, `gives` is all that these grant. */
export async function keepOwnEnds(
  db: Reader,
  { by, at }: Judge,
  outcomes: Outcome<Group>[],
  gives: (group: Group) => Rights = ({ rights }) => rights,
): Promise<void> {
  const now = minuteOf(at);
  const ends = await findOwnEnds(db, by, now);
  if (by.id === null || ends.size === 0) return;
  const own = await findEndsIn(db, by.id, idsOf(allowed(outcomes)), now);
  leaveOut(outcomes, (group) => {
    const untilAt = own.get(group.id);
    if (untilAt === undefined || !outlasted(ends, gives(group), untilAt)) return undefined;
    return forbidden('gives rights to yourself: nobody makes what they may do last longer than it was given to them');
  });
}

/** What their members gain or lose where the groups come or go so. */
export function givingsWhere(becomes: (group: Group) => Activity): GroupAction['givings'] {
  return async (_db, _judge, groups) =>
    groups.map((group) => ({
      groupId: group.id,
      from: givenBy(group),
      to: givenBy({ ...group, activity: becomes(group) }),
    }));
}

/** Changes the activity of each, with one event that is told so. */
export async function makeThem(
  trx: Transaction,
  act: Act,
  groups: Group[],
  { event, becomes }: { event: string; becomes: (group: Group) => Activity },
): Promise<Map<number, Written>> {
  await setActivity(trx, groups, becomes);
  await recordChanges(
    trx,
    act,
    groups.map(
      (group): Change => ({
        action: event,
        subjectType: 'group',
        subjectId: group.id,
        subjectName: group.name,
        before: { activity: group.activity },
        after: { activity: becomes(group) },
      }),
    ),
  );
  await requireAdministratorRemains(trx, act);
  return writtenOf(groups, (group) => ({ before: { activity: group.activity }, after: { activity: becomes(group) } }));
}

function idsOf(groups: Group[]): number[] {
  return groups.map((group) => group.id);
}
