import { isOver } from '../../access/granted-rights.ts';
import { differences, type Fields, userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import { hasEquippedAdministrator } from '../../second-factors/factor-demand-store.ts';
import { spelledChange } from '../../tags/spelled-change.ts';
import { changeTags, findTagNames } from '../../tags/tag-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import { sortedByName } from '../../text/sort-key.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Facts, Judge, Written } from '../../verbs/action.ts';
import { differing } from '../../verbs/facts.ts';
import {
  allowed,
  forbidden,
  forbiddenFields,
  inapplicable,
  leaveOut,
  type Outcome,
  stale,
  unfitFields,
} from '../../verbs/outcome.ts';
import { changedSet, type SetChange } from '../../verbs/set-change.ts';
import { GRANTS_MORE, type Group, mayAppoint, mayChange } from '../group.ts';
import { findGroupsOf, keepGroups } from '../group-store.ts';
import { groupFacts } from './group-facts.ts';

/** What is to be different about groups. What is left out stays as it is. */
export interface GroupChange {
  name?: string;
  description?: string;
  /** One of its members, or nobody. */
  leaderId?: number | null;
  tags?: SetChange<string>;
  requiresSecondFactor?: boolean;
  canBeAskedFor?: boolean;
}

interface Leader {
  id: number;
  name: string;
}

interface Details {
  group: Pick<Group, 'name' | 'description' | 'requiresSecondFactor' | 'canBeAskedFor'>;
  leader: Leader | undefined;
  tags: string[];
}

/** What a change comes to: for each of the groups, and what was written into which. */
export interface ChangedGroups {
  outcomes: Outcome<Group>[];
  written: Map<number, Written>;
}

/** One group with what becomes of it. */
interface Step {
  id: number;
  before: Details;
  after: Details;
  /** Only what differs. */
  told: { before: Fields; after: Fields };
}

/** Changes what is said of each of these groups, with one audit event for each of which something differs. Throws FieldErrors or NotFound for all of them. */
export async function changeGroups(
  trx: Transaction,
  act: Act,
  ids: number[],
  change: GroupChange,
  versions?: ReadonlyMap<number, number>,
): Promise<ChangedGroups> {
  const outcomes = await judgeChange(trx, act, ids, versions);
  const steps = await planChange(trx, act, outcomes, change);
  await keepGroups(
    trx,
    steps.map(({ id, before, after }) => ({ id, columns: columnsOf(before, after) })),
  );
  await changeTags(
    trx,
    'group',
    steps.map(({ id, before, after }) => ({ id, from: before.tags, to: after.tags })),
  );
  await recordChanges(
    trx,
    act,
    steps.map(({ id, after, told }) => ({
      action: 'group.updated',
      subjectType: 'group',
      subjectId: id,
      subjectName: after.group.name,
      ...told,
    })),
  );
  return {
    outcomes,
    written: new Map(steps.map(({ id, before, after }) => [id, differing(factsOf(before), factsOf(after))])),
  };
}

/** What would become of each of these that is not left out already, where something differs. */
export async function planChange(
  db: Reader,
  by: Judge,
  outcomes: Outcome<Group>[],
  change: GroupChange,
): Promise<Step[]> {
  await keepLeaders(db, by, outcomes, change.leaderId);
  if (change.requiresSecondFactor && !(await hasEquippedAdministrator(db, by.at)))
    leaveOut(outcomes, (group) =>
      group.requiresSecondFactor ? undefined : unfitFields({ requiresSecondFactor: NOBODY_EQUIPPED }),
    );
  const groups = allowed(outcomes);
  const tagNames = await findTagNames(db, 'group', idsOf(groups));
  const chosen = { ...change, tags: await spelledChange(db, change.tags) };
  const [leader] = change.leaderId ? await findUsers(db, [change.leaderId]) : [];
  return groups.flatMap((group): Step[] => {
    const before: Details = { group, leader: leaderOf(group), tags: tagNames.get(group.id) ?? [] };
    const after = detailsAfter(before, chosen, leader);
    const told = differences(auditFields(before), auditFields(after));
    return told ? [{ id: group.id, before, after, told }] : [];
  });
}

function factsOf({ group, leader, tags }: Details): Facts {
  return groupFacts({ ...group, leaderId: leader?.id ?? null }, tags);
}

/** Which of these may be changed by whom, as they were shown. */
export async function judgeChange(
  db: Reader,
  { by }: Judge,
  ids: number[],
  versions?: ReadonlyMap<number, number>,
): Promise<Outcome<Group>[]> {
  const outcomes = (await findGroupsOf(db, ids)).map((subject): Outcome<Group> => ({ subject }));
  leaveOut(outcomes, (group) => (mayChange(by, group) ? undefined : forbidden(GRANTS_MORE)));
  leaveOut(outcomes, (group) => (group.activity === 'deleted' ? inapplicable('is deleted') : undefined));
  leaveOut(outcomes, ({ id, version }) => (versions && versions.get(id) !== version ? stale() : undefined));
  return outcomes;
}

/** Who may not create any users makes nobody a leader, and only a member leads. */
async function keepLeaders(
  db: Reader,
  { by, at }: Judge,
  outcomes: Outcome<Group>[],
  leaderId: number | null | undefined,
): Promise<void> {
  if (leaderId === undefined) return;
  const memberships = leaderId === null ? [] : await findMemberships(db, [leaderId]);
  const memberOf = new Set(memberships.filter((one) => !isOver(one, minuteOf(at))).map((one) => one.groupId));
  leaveOut(outcomes, (group) => {
    if (leaderId === group.leaderId) return undefined;
    if (!mayAppoint(by))
      return forbiddenFields({ leader: 'You may not change users, so you do not say who leads the group.' });
    return leaderId === null || memberOf.has(group.id) ? undefined : unfitFields({ leader: NO_MEMBER });
  });
}

/** Else nobody could help those who cannot get in. */
export const NOBODY_EQUIPPED = 'No administrator has a second factor yet. Set up yours first, under My credentials.';

/** One answer for everybody who is none: it must not tell who exists. */
export const NO_MEMBER = 'No member of the group has this name or email. Only a member can lead it.';

function detailsAfter(before: Details, change: GroupChange, leader: Leader | undefined): Details {
  const { leaderId, tags } = change;
  const { name, description, requiresSecondFactor, canBeAskedFor } = { ...before.group, ...given(change) };
  return {
    group: { name, description, requiresSecondFactor, canBeAskedFor },
    leader: leaderId === undefined ? before.leader : leaderId === before.leader?.id ? before.leader : leader,
    tags: changedSet(before.tags, tags),
  };
}

/** What is left out of a change is not in it at all. */
function given({ name, description, requiresSecondFactor, canBeAskedFor }: GroupChange): Partial<Details['group']> {
  return Object.fromEntries(
    Object.entries({ name, description, requiresSecondFactor, canBeAskedFor }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function columnsOf({ group: before }: Details, { group, leader }: Details) {
  return {
    name: group.name,
    // One that was there before such names became one keeps its own.
    ...(group.name !== before.name && { name_key: identityKey(group.name), name_twin: 0 }),
    description: group.description,
    requires_factor: group.requiresSecondFactor,
    can_be_asked_for: group.canBeAskedFor,
    leader_id: leader?.id ?? null,
  };
}

function leaderOf({ leaderId, leaderName }: Group): Leader | undefined {
  return leaderId === null || leaderName === null ? undefined : { id: leaderId, name: leaderName };
}

/** What the audit says of a group, in the order of the form. */
function auditFields({ group, leader, tags }: Details): Fields {
  const { name, description, requiresSecondFactor, canBeAskedFor } = group;
  const sorted = sortedByName(tags, (tag) => tag);
  const led = leader ? userReference(leader) : null;
  return { name, leader: led, description, tags: sorted, requiresSecondFactor, canBeAskedFor };
}

function idsOf(groups: Group[]): number[] {
  return groups.map((group) => group.id);
}
