import { isOver } from '../../../access/granted-rights.ts';
import { referencesIn } from '../../../audit/audit-event.ts';
import type { LaterChange } from '../../../audit/later-changes.ts';
import type { Choices } from '../../../bulk-operations/asking-action.ts';
import {
  isChangeOfTag,
  type Step,
  type StepAction,
  type Undoable,
  type Wanted,
} from '../../../bulk-operations/undoable.ts';
import { WORDS_OF_CHANGE } from '../../../bulk-operations/undoing.ts';
import { type Instant, minuteOf } from '../../../clock.ts';
import type { Reader } from '../../../db/database.ts';
import { unlessRefused } from '../../../forms/refused-for-all.ts';
import { demandsFactor } from '../../../groups/group.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { factLeftOf } from '../../../leaving/actions/facts-left.ts';
import { findFactsLeft, stepsForLeft } from '../../../leaving/actions/giving-back.ts';
import {
  BY_FORM_OF_USER,
  judgeUntil,
  type MembershipFacts,
  setUntil,
} from '../../../memberships/actions/membership-editing.ts';
import { findMemberships } from '../../../memberships/membership-store.ts';
import { isWeightyMembership } from '../../../permissions/weighty-givings.ts';
import { findTagNames } from '../../../tags/tag-store.ts';
import type { Facts, Judge } from '../../../verbs/action.ts';
import { tagFact, tagOf } from '../../../verbs/facts.ts';
import { allowed } from '../../../verbs/outcome.ts';
import { findOwnerIds } from '../../program-owners.ts';
import type { Subject } from '../../user.ts';
import { type Confirmation, findSubjects } from '../../user-store.ts';
import { REACTIVATION } from '../activation.ts';
import type { ApiOnly, UserChange } from '../changing/user-change.ts';
import { findDetails } from '../changing/user-details.ts';
import {
  factsOf,
  groupOf,
  membershipFact,
  ownFactsOf,
  programFact,
  programInParts,
  programOf,
  programPartOf,
  writtenOf,
} from '../changing/user-facts.ts';
import { DEACTIVATION } from '../deactivation.ts';
import { DELETION } from '../deletion.ts';
import { asNow, FORMER } from '../former-ends.ts';
import { INVITATION_WITHDRAWAL } from '../invitation-withdrawal.ts';
import { changingAction } from './changing-action.ts';
import { confirmationRestoring } from './confirmation-restoring.ts';
import { formerInWords } from './former-facts.ts';
import { additionTo, groupChosen, leaveOutOf, meant } from './group-addition.ts';
import { keepAdministratorsBy, removalFrom } from './group-removal.ts';
import { leadingAgain } from './leading-again.ts';
import { activityKey, addProgramStep } from './programs-returning.ts';

/** What was done to users becomes undone by what anybody would undo it with. */
export const USER_UNDOING: Undoable<Subject> = {
  type: 'user',
  find: (db, ids, { at }) => findSubjects(db, ids, minuteOf(at)),
  findFacts,
  findGone,
  asCompared: ({ before, after }) => programInParts({ before: asNow(before), after: asNow(after) }),
  isChangeOf,
  stepsFor,
  wasInWords: (field, value, format) =>
    isHanded(field) ? 'something was handed over' : formerInWords(field, value, format),
};

/** Only from as many tables as what was written needs. */
async function findFacts(db: Reader, subjects: Subject[], fields: ReadonlySet<string>): Promise<Map<number, Facts>> {
  const own = new Map(subjects.map((subject): [number, Facts] => [subject.id, ownFactsOf(subject)]));
  const programs = [...fields].flatMap((field) => programOf(field) ?? []);
  const owners = programs.length > 0 ? await findOwnerIds(db, programs) : new Map<number, number | null>();
  for (const facts of own.values()) for (const [id, ownerId] of owners) facts[programFact(id)] = ownerId;
  const left = await findFactsLeft(db, fields);
  for (const facts of own.values()) Object.assign(facts, left);
  const isOwn = (field: string) => field in ownFactsOf(subjects[0]) || isHanded(field);
  const others = [...fields].filter((field) => !isOwn(field));
  if (others.length === 0) return own;
  const ids = subjects.map(({ id }) => id);
  if (others.every((field) => groupOf(field) !== undefined || tagOf(field) !== undefined)) {
    const has = (of: (field: string) => unknown) => others.some((field) => of(field) !== undefined);
    for (const { userId, groupId, untilAt } of await findMemberships(db, has(groupOf) ? ids : []))
      own.get(userId)![membershipFact(groupId)] = { untilAt };
    for (const [id, names] of await findTagNames(db, 'user', has(tagOf) ? ids : []))
      for (const tag of names) own.get(id)![tagFact(tag)] = true;
    return own;
  }
  const details = await findDetails(db, subjects);
  return new Map(subjects.map(({ id }) => [id, { ...own.get(id), ...factsOf(details.get(id)!) }]));
}

/** A deleted group has no members that anybody sees; restored, it has them again. */
async function findGone(db: Reader, fields: string[]): Promise<Map<string, string>> {
  const groupIds = fields.flatMap((field) => groupOf(field) ?? []);
  const known = new Set((await findGroups(db, groupIds)).map(({ id }) => id));
  const deleted = groupIds.filter((id) => !known.has(id));
  return new Map(deleted.map((id) => [membershipFact(id), 'is in that group no more: it was deleted']));
}

/** Whether a fact is about another record, which was handed over with somebody. */
function isHanded(field: string): boolean {
  return programOf(field) !== undefined || factLeftOf(field) !== undefined;
}

/** What the audit calls the fields of facts, where it calls them otherwise. */
const AUDITED: Record<string, string> = { contactId: 'linkedContact', accessConfirmedBy: 'accessConfirmedAt' };

function isChangeOf(field: string, change: LaterChange): boolean {
  const { before, after } = change;
  const group = groupOf(field);
  if (group !== undefined) {
    const names = (fields: Facts) =>
      [fields.group, fields.groups].flatMap(referencesIn).some(({ id }) => id === group) || undefined;
    return 'until' in before ? names(after) === true : names(before) !== names(after);
  }
  // That is a change of the program: who answers for it by now is told by the facts.
  if (isHanded(field)) return false;
  const tag = tagOf(field);
  if (tag !== undefined) return isChangeOfTag(tag, change);
  const audited = [AUDITED[field] ?? field, FORMER[field as keyof typeof FORMER]].filter(Boolean);
  return audited.some((name) => name in before || name in after);
}

const COMING_BACK: StepAction<Subject> = {
  ...REACTIVATION,
  says: 'Sessions, links and tokens that ended with it do not come back',
};

const WITHDRAWING: StepAction<Subject> = {
  ...INVITATION_WITHDRAWAL,
  says: 'The links that were made are withdrawn, and earlier ones do not come back; a mail that was sent cannot be unsent',
};

/** What brings these fields back. */
function stepsFor(subject: Subject, wanted: Wanted, { at }: Judge): Step<Subject>[] {
  const { before, present } = wanted;
  const steps: Step<Subject>[] = [];
  const change: UserChange = {};
  const tags: { add: string[]; remove: string[] } = { add: [], remove: [] };
  const programs = new Map<number, number[]>();
  const { ownerId, ...program }: Partial<ApiOnly> = programPartsIn(before);
  for (const [field, value] of Object.entries(before)) {
    const [group, tag, program] = [groupOf(field), tagOf(field), programOf(field)];
    if (field === 'activity') steps.push({ key: activityKey(value), make: () => activityAction(subject, value) });
    else if (field === 'invitationExpiresAt') steps.push({ key: 'invitation', make: () => WITHDRAWING });
    else if (field === 'accessConfirmedAt') {
      const confirmed: Confirmation = {
        at: value as Instant | null,
        by: (before.accessConfirmedBy as number | null) ?? null,
      };
      steps.push({
        key: 'confirmed',
        value: confirmed,
        make: (_db, values) => confirmationRestoring(values as ReadonlyMap<number, Confirmation>),
      });
    } else if (group !== undefined)
      steps.push(
        ...membershipSteps(group, value as MembershipFacts, {
          present: present[membershipFact(group)] as MembershipFacts,
          at,
        }),
      );
    else if (program !== undefined) programs.set(Number(value), [...(programs.get(Number(value)) ?? []), program]);
    else if (tag !== undefined) (value === true ? tags.add : tags.remove).push(tag);
    else if (field !== 'accessConfirmedBy' && !isHanded(field) && !programPartOf(field))
      Object.assign(change, { [field]: value });
  }
  steps.push(...stepsForLeft(before, present));
  // Who answers for it may be gone: the rest comes back without them.
  for (const one of [program, ownerId === undefined ? {} : { ownerId }])
    if (Object.keys(one).length > 0)
      steps.push({
        key: `program ${JSON.stringify(one)}`,
        make: () => changingAction({ program: one }, WORDS_OF_CHANGE),
      });
  for (const [ownerId, ids] of programs) addProgramStep(steps, subject, { ownerId, programs: ids });
  if (tags.add.length + tags.remove.length > 0) change.tags = tags;
  if (Object.keys(change).length > 0) {
    // Who is a customer's was linked by somebody who meant it.
    const back: UserChange = { ...change, asBefore: true, ...(change.contactId && { acceptsAccounts: true }) };
    steps.push({ key: JSON.stringify(back), make: () => changingAction(back, WORDS_OF_CHANGE) });
  }
  return steps;
}

function programPartsIn(before: Facts): Partial<ApiOnly> {
  return Object.fromEntries(
    Object.entries(before).flatMap(([field, value]) => {
      const part = programPartOf(field);
      return part ? [[part, value]] : [];
    }),
  );
}

/** Who was only made by the operation goes; everybody else becomes what they were. */
function activityAction({ activity }: Subject, before: unknown): StepAction<Subject> {
  if (before === 'active' || (activity === 'deleted' && before === 'deactivated')) return COMING_BACK;
  return before === 'deactivated' ? DEACTIVATION : DELETION;
}

function membershipSteps(
  group: number,
  before: MembershipFacts,
  { present, at }: { present: MembershipFacts; at: Instant },
): Step<Subject>[] {
  const untilAt = before?.untilAt ?? null;
  const choices: Choices = { group, untilAt };
  if (before === null)
    return [
      { key: `out of ${group}`, make: async (db) => removalFrom(await groupChosen(db, choices), BY_FORM_OF_USER) },
    ];
  const givesAgain = !isOver(before, at);
  // What is over by now and gives something again is granted anew, with all that goes with it.
  if (present !== null && !(givesAgain && isOver(present, at)))
    return [{ key: `end ${JSON.stringify(choices)}`, make: () => membershipEnding(group, untilAt) }];
  const into: Step<Subject> = {
    key: `into ${JSON.stringify(choices)}`,
    make: async (db) => additionTo(await groupChosen(db, choices), untilAt, { asBefore: true }),
  };
  const leads: Step<Subject> = { key: `leads ${group}`, needs: into.key, make: () => leadingAgain(group) };
  return before.leads && givesAgain ? [into, leads] : [into];
}

/** Gives memberships the end that they had. */
function membershipEnding(groupId: number, untilAt: string | null): StepAction<Subject> {
  const field = membershipFact(groupId);
  const asBefore = (subjects: Subject[]) => ({ ...meant({ id: groupId }, subjects), asBefore: true });
  return {
    demandsProof: async (db, { by }, subjects) => {
      const [group] = await findGroups(db, [groupId]);
      if (group === undefined) return false;
      if (untilAt !== null && demandsFactor(group)) return true;
      return isWeightyMembership(db, by.id ?? 0, group, asBefore(subjects).userIds);
    },
    refusalOf: () => undefined,
    refuseAmong: (db, by, outcomes) =>
      unlessRefused(outcomes, async () => {
        leaveOutOf(outcomes, await judgeUntil(db, by, asBefore(allowed(outcomes)), untilAt));
        const [group] = untilAt === null ? [] : await findGroups(db, [groupId]);
        if (group) await keepAdministratorsBy(group, db, by, outcomes);
      }),
    async perform(trx, act, subjects) {
      const { before } = await setUntil(trx, act, asBefore(subjects), untilAt);
      return writtenOf(field, before, { untilAt });
    },
  };
}
