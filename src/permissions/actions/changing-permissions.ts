import { findPotentialRights, findRights } from '../../access/granted-rights.ts';
import { covers, NO_RIGHTS } from '../../access/rights.ts';
import { findStrongerMembers } from '../../access/stronger-members.ts';
import type { Viewer } from '../../access/viewer.ts';
import { findApplications } from '../../applications/application-store.ts';
import { differences, type Fields } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { judgeChange } from '../../groups/actions/changing-groups.ts';
import { keepOwnEnds } from '../../groups/actions/group-action.ts';
import { levelFacts } from '../../groups/actions/group-facts.ts';
import type { Group } from '../../groups/group.ts';
import { keepGroups } from '../../groups/group-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Judge, Written } from '../../verbs/action.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { differing } from '../../verbs/facts.ts';
import { allowed, forbidden, leaveOut, type Outcome } from '../../verbs/outcome.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { type EndedLink, endOutgrownLinks, findLinkHolders } from '../outgrown-links.ts';
import { granting, type Levels, setLevels } from '../permission-store.ts';

/** What it comes to: for each group, what was written into which, and whose open links ended with it. */
export interface ChangedPermissions {
  outcomes: Outcome<Group>[];
  written: Map<number, Written>;
  linksEnded: EndedLink[];
}

interface Step {
  group: Group;
  /** Only what differs. */
  told: { before: Fields; after: Fields };
}

/**
 * Makes each of these groups grant this; on other applications they grant what they did. Throws Forbidden or Conflict for what
 * concerns all of them.
 */
export async function changePermissions(
  trx: Transaction,
  act: Act,
  groupIds: number[],
  levels: Levels,
  versions?: ReadonlyMap<number, number>,
): Promise<ChangedPermissions> {
  const outcomes = await judgeChange(trx, act, groupIds, versions);
  const steps = await planPermissions(trx, act, outcomes, levels);
  const linksEnded = steps.length > 0 ? await take(trx, act, levels, steps) : [];
  const written = new Map(
    steps.map(({ group: { id, rights } }) => [id, differing(levelFacts(rights), levelFacts(granting(rights, levels)))]),
  );
  return { outcomes, written, linksEnded };
}

/** Which of these that are not left out already would grant something else than before. Throws as `changePermissions` does. */
export async function planPermissions(
  db: Reader,
  { by, at }: Judge,
  outcomes: Outcome<Group>[],
  levels: Levels,
): Promise<Step[]> {
  await requireGivable(db, by, levels);
  const stronger = await findStrongerMembers(db, by.rights, idsOf(allowed(outcomes)), minuteOf(at));
  leaveOut(outcomes, ({ id }) => {
    const name = stronger.get(id);
    return name === undefined
      ? undefined
      : forbidden(`is closed to you: its member ${name} has rights that you do not hold`);
  });
  await keepOwnEnds(db, { by, at }, outcomes, () => granting(NO_RIGHTS, levels));
  return allowed(outcomes).flatMap((group) => {
    const told = differences(...levelsToTell(group, levels));
    return told ? [{ group, told }] : [];
  });
}

async function take(trx: Transaction, act: Act, levels: Levels, steps: Step[]): Promise<EndedLink[]> {
  const groups = steps.map(({ group }) => group);
  const now = minuteOf(act.at);
  const holders = await findLinkHolders(trx, idsOf(groups), act.at);
  const before = await findPotentialRights(trx, holders, now);
  await setLevels(trx, idsOf(groups), levels);
  await keepGroups(
    trx,
    groups.map(({ id }) => ({ id, columns: {} })),
  );
  if (act.by.id !== null && !covers(await findRights(trx, act.by.id, now), act.by.rights))
    throw new Forbidden('This would take rights from yourself: nobody does that. Ask another administrator.');
  await recordChanges(
    trx,
    act,
    steps.map(({ group, told }) => ({
      action: 'group.permissions-changed',
      subjectType: 'group',
      subjectId: group.id,
      subjectName: group.name,
      ...told,
    })),
  );
  const subjects = holders.map((id) => ({ id, rights: before.get(id) ?? NO_RIGHTS }));
  const ended = await endOutgrownLinks(trx, act, subjects);
  await requireAdministratorRemains(trx, act);
  return ended;
}

/** Nobody gives what they do not hold, and nothing is given on what is not there. */
async function requireGivable(db: Reader, by: Viewer, levels: Levels): Promise<void> {
  if (!covers(by.rights, granting(NO_RIGHTS, levels)))
    throw new Forbidden('You cannot give rights that you do not hold.');
  const known = new Set((await findApplications(db)).map((application) => application.key));
  for (const key of Object.keys(granting(NO_RIGHTS, levels)))
    if (!known.has(key)) throw new Conflict(`The application ${key} is no longer there. Nothing was changed.`);
}

/** The level for each application before and after, in one order, so that the two can be compared. */
function levelsToTell({ rights }: Group, levels: Levels): [Fields, Fields] {
  const after = granting(rights, levels);
  const applications = [...new Set([...Object.keys(rights), ...Object.keys(after)])].sort();
  const told = (held: typeof rights): Fields =>
    Object.fromEntries(applications.map((application) => [application, held[application] ?? 'none']));
  return [told(rights), told(after)];
}

function idsOf(groups: Group[]): number[] {
  return groups.map((group) => group.id);
}
