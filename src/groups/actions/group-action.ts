import type { Activity } from '../../access/activity.ts';
import { isAnyAdministrator } from '../../access/administrators.ts';
import { findRights } from '../../access/granted-rights.ts';
import { covers } from '../../access/rights.ts';
import { findStrongerMembers } from '../../access/stronger-members.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Change } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { dayOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import { type Action, type Judge, type Written, writtenOf } from '../../verbs/action.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { allowed, forbidden, inapplicable, leaveOut, type Outcome, type Refusal } from '../../verbs/outcome.ts';
import { type Group, mayChange } from '../group.ts';
import { setActivity } from '../group-store.ts';

/** Something that can be done to a group besides editing: each makes it come or go with all that it grants. */
export type GroupAction = Action<Group>;

/** A rule for those whom the viewer may change; everybody else is refused first. */
export function changeable(
  isApplicable: (group: Group) => boolean,
): (viewer: Viewer, group: Group) => Refusal | undefined {
  return (viewer, group) => {
    if (!mayChange(viewer, group)) return forbidden('grants rights that you do not hold');
    return isApplicable(group) ? undefined : inapplicable(`is already ${group.activity}`);
  };
}

/** Nobody changes what somebody may do who may do more than they themself may. */
export async function keepStrongerMembers(db: Reader, { by, at }: Judge, outcomes: Outcome<Group>[]): Promise<void> {
  const stronger = await findStrongerMembers(db, by.rights, idsOf(allowed(outcomes)), dayOf(at));
  leaveOut(outcomes, ({ id }) => {
    const name = stronger.get(id);
    return name === undefined ? undefined : forbidden(`has the member ${name}, who has rights that you do not hold`);
  });
}

/** Nobody takes rights from themself, and there is always an administrator: each group is judged with those before it gone. */
export async function keepNeededRights(db: Reader, { by, at }: Judge, outcomes: Outcome<Group>[]): Promise<void> {
  const today = dayOf(at);
  const losesRights = async (gone: number[]) =>
    by.id !== null && !covers(await findRights(db, by.id, today, gone), by.rights);
  const all = idsOf(allowed(outcomes));
  if (!(await losesRights(all)) && (await isAnyAdministrator(db, all))) return;
  const going: number[] = [];
  for (const outcome of outcomes) {
    const { id, rights } = outcome.subject;
    if (outcome.refusal || Object.keys(rights).length === 0) continue;
    const gone = [...going, id];
    if (await losesRights(gone))
      outcome.refusal = forbidden('gives rights to yourself: nobody takes rights from themself');
    else if (!(await isAnyAdministrator(db, gone)))
      outcome.refusal = forbidden('makes the last administrator one: there must always be one');
    else going.push(id);
  }
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
  await requireAdministratorRemains(trx);
  return writtenOf(groups, (group) => ({ before: { activity: group.activity }, after: { activity: becomes(group) } }));
}

function idsOf(groups: Group[]): number[] {
  return groups.map((group) => group.id);
}
