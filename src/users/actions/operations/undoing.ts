import { referencesIn } from '../../../audit/audit-event.ts';
import { findLaterChanges, type LaterChange, standing, type Undoings } from '../../../audit/later-changes.ts';
import type { Choices } from '../../../bulk-operations/asking-action.ts';
import { dayOf } from '../../../clock.ts';
import type { Reader } from '../../../db/database.ts';
import { judgeUntil, setUntil } from '../../../memberships/actions/membership-editing.ts';
import { findMemberships } from '../../../memberships/membership-store.ts';
import { findTagNames } from '../../../tags/tag-store.ts';
import { counted, were } from '../../../text/text.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { type Facts, type Judge, judge, type Written } from '../../../verbs/action.ts';
import { allowed, leaveOut, type Outcome, type Refusal, stale } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { findSubjects } from '../../user-store.ts';
import { ACTIVATION } from '../activation.ts';
import type { UserChange } from '../changing/user-change.ts';
import { findDetails } from '../changing/user-details.ts';
import { factsOf, groupOf, isSame, membershipFact, ownFactsOf, tagFact, tagOf } from '../changing/user-facts.ts';
import { DEACTIVATION } from '../deactivation.ts';
import { DELETION } from '../deletion.ts';
import { INVITATION_WITHDRAWAL } from '../invitation-withdrawal.ts';
import { changingAction, unlessRefused } from './changing-action.ts';
import { confirmationRestoring } from './confirmation-restoring.ts';
import { GROUP_ADDITION, leaveOutOf } from './group-addition.ts';
import { GROUP_REMOVAL } from './group-removal.ts';

/** What an operation wrote into users, by id, with the version of each right after it. */
export type WrittenByUser = ReadonlyMap<number, Written & { version: number | null }>;

/** One thing that has to be done to bring something back; those for whom it is the same are done at once. */
interface Step {
  key: string;
  action: Pick<BulkAction<Subject>, 'refusalOf' | 'refuseAmong' | 'perform'>;
}

/**
 * Takes back an operation: each field that it wrote becomes what it was, unless it was changed since. It is done by the actions that
 * anybody would do it with, so by their rules and under the rights of whoever takes it back.
 */
export function undoing(operationId: number, written: WrittenByUser, undoings: Undoings): BulkAction<Subject> {
  /** Kept between the judgement and the deed, which see the same. */
  async function planned(db: Reader, by: Judge, outcomes: Outcome<Subject>[]): Promise<Map<number, Step[]>> {
    const subjects = allowed(outcomes);
    const wanted = await findWanted(db, { operationId, written, undoings }, subjects);
    const steps = new Map<number, Step[]>();
    for (const subject of subjects) steps.set(subject.id, await stepsFor(db, subject, wanted.get(subject.id)!));
    leaveOut(outcomes, ({ id }) => (steps.get(id)!.length === 0 ? stale() : undefined));
    const refused = new Map<number, Refusal>();
    for (const [key, those] of groupedByKey(allowed(outcomes), steps)) {
      const judged = await judge(db, by, { ...NO_WORDS, ...those.action }, those.subjects);
      for (const { subject, refusal } of judged) {
        if (!refusal) continue;
        refused.set(subject.id, refusal);
        steps.set(
          subject.id,
          steps.get(subject.id)!.filter((step) => step.key !== key),
        );
      }
    }
    leaveOut(outcomes, ({ id }) => (steps.get(id)!.length === 0 ? refused.get(id) : undefined));
    return steps;
  }

  return {
    name: 'undo',
    label: 'Undo',
    icon: 'undo',
    bulk: {
      button: (number) => `Undo for ${counted(number, 'user')}`,
      done: (number) => `${were(number, 'user')} put back as before.`,
      consequence: 'What was changed of them becomes what it was before. What was changed since stays as it is.',
    },
    refusalOf: () => undefined,
    async refuseAmong(db, by, outcomes) {
      await planned(db, by, outcomes);
    },
    async perform(trx, act, subjects) {
      const steps = await planned(
        trx,
        act,
        subjects.map((subject) => ({ subject })),
      );
      const done = new Map<number, Written>();
      for (const those of groupedByKey(subjects, steps).values()) {
        const ids = those.subjects.map(({ id }) => id);
        // A step before may have changed what this one goes by.
        const fresh = await findSubjects(trx, ids, dayOf(act.at));
        for (const [id, { before, after }] of await those.action.perform(trx, act, fresh)) {
          const earlier = done.get(id);
          done.set(id, { before: { ...before, ...earlier?.before }, after: { ...earlier?.after, ...after } });
        }
      }
      return done;
    },
    was: (before, format) =>
      Object.entries(before)
        .map(([field, value]) => `${fieldInWords(field)} ${format.value(value)}`)
        .join('; '),
    events: {},
  };
}

const NO_WORDS = { name: 'undo', label: 'Undo', icon: 'undo', was: () => '', events: {} } as const;

function groupedByKey(subjects: Subject[], steps: Map<number, Step[]>) {
  const grouped = new Map<string, { action: Step['action']; subjects: Subject[] }>();
  for (const subject of subjects)
    for (const { key, action } of steps.get(subject.id) ?? []) {
      const those = grouped.get(key) ?? { action, subjects: [] };
      those.subjects.push(subject);
      grouped.set(key, those);
    }
  return grouped;
}

/** Of one user, what is to be brought back, and what stands there now. */
interface Wanted {
  before: Facts;
  present: Facts;
}

/** Of each of these, the fields that stand as the operation left them, with what they were before it. */
async function findWanted(
  db: Reader,
  { operationId, written, undoings }: { operationId: number; written: WrittenByUser; undoings: Undoings },
  subjects: Subject[],
): Promise<Map<number, Wanted>> {
  const present = await findFacts(db, written, subjects);
  const changed = subjects.filter(({ id, version }) => written.get(id)?.version !== version).map(({ id }) => id);
  const later = changed.length === 0 ? [] : await findLaterChanges(db, operationId, 'user', changed);
  const laterOf = new Map(
    [...Map.groupBy(later, ({ subjectId }) => subjectId)].map(([id, changes]) => [id, standing(changes, undoings)]),
  );
  return new Map(
    subjects.map(({ id }): [number, Wanted] => {
      const { before, after }: Written = written.get(id) ?? { before: {}, after: {} };
      const stands = (field: string) =>
        isSame(present.get(id)?.[field], after[field]) &&
        !(laterOf.get(id) ?? []).some((change) => isChangeOf(field, change));
      const fields = Object.keys(after).filter(stands);
      const pick = (from: Facts | undefined) =>
        Object.fromEntries(fields.map((field): [string, unknown] => [field, from?.[field] ?? null]));
      return [id, { before: pick(before), present: pick(present.get(id)) }];
    }),
  );
}

/** Only from as many tables as what was written needs. */
async function findFacts(db: Reader, written: WrittenByUser, subjects: Subject[]): Promise<Map<number, Facts>> {
  const fields = new Set(subjects.flatMap(({ id }) => Object.keys(written.get(id)?.after ?? {})));
  const own = new Map(subjects.map((subject): [number, Facts] => [subject.id, ownFactsOf(subject)]));
  const others = [...fields].filter((field) => subjects.length > 0 && !(field in ownFactsOf(subjects[0])));
  if (others.length === 0) return own;
  const ids = subjects.map(({ id }) => id);
  if (others.every((field) => groupOf(field) !== undefined || tagOf(field) !== undefined)) {
    for (const { userId, groupId, untilOn } of await findMemberships(db, ids))
      own.get(userId)![membershipFact(groupId)] = { untilOn };
    for (const [id, names] of await findTagNames(db, 'user', ids))
      for (const tag of names) own.get(id)![tagFact(tag)] = true;
    return own;
  }
  const details = await findDetails(db, subjects);
  return new Map(subjects.map(({ id }) => [id, { ...own.get(id), ...factsOf(details.get(id)!) }]));
}

/** What the audit calls the fields of facts, where it calls them otherwise. */
const AUDITED: Record<string, string> = { contactId: 'linkedContact', accessConfirmedBy: 'accessConfirmedAt' };

function isChangeOf(field: string, { before, after }: LaterChange): boolean {
  const group = groupOf(field);
  if (group !== undefined) {
    const names = (fields: Facts) =>
      [fields.group, fields.groups].flatMap(referencesIn).some(({ id }) => id === group) || undefined;
    return 'until' in before ? names(after) === true : names(before) !== names(after);
  }
  const tag = tagOf(field);
  if (tag !== undefined) {
    const has = (fields: Facts) => [fields.tags].flat().includes(tag);
    return has(before) !== has(after);
  }
  const audited = AUDITED[field] ?? field;
  return audited in before || audited in after;
}

/** What brings these fields back. */
async function stepsFor(db: Reader, subject: Subject, wanted: Wanted): Promise<Step[]> {
  const { before, present } = wanted;
  const steps: Step[] = [];
  const change: UserChange = {};
  const tags: { add: string[]; remove: string[] } = { add: [], remove: [] };
  for (const [field, value] of Object.entries(before)) {
    const [group, tag] = [groupOf(field), tagOf(field)];
    if (field === 'activity') steps.push({ key: `activity ${value}`, action: activityAction(subject, value) });
    else if (field === 'invitationExpiresAt') steps.push({ key: 'invitation', action: INVITATION_WITHDRAWAL });
    else if (field === 'accessConfirmedAt') {
      const confirmed = { at: value as string | null, by: (before.accessConfirmedBy as number | null) ?? null };
      steps.push({ key: `confirmed ${JSON.stringify(confirmed)}`, action: confirmationRestoring(confirmed) });
    } else if (group !== undefined)
      steps.push(await membershipStep(db, group, value as { untilOn: string | null } | null, present));
    else if (tag !== undefined) (value === true ? tags.add : tags.remove).push(tag);
    else if (field !== 'accessConfirmedBy') Object.assign(change, { [field]: value });
  }
  if (tags.add.length + tags.remove.length > 0) change.tags = tags;
  if (Object.keys(change).length > 0)
    steps.push({ key: JSON.stringify(change), action: changingAction(change, CHANGING_WORDS) });
  return steps;
}

const CHANGING_WORDS = {
  ...NO_WORDS,
  bulk: { button: () => '', done: () => '', consequence: '' },
  unchanged: 'stands as before already',
};

/** Who was only made by the operation goes; everybody else becomes what they were. */
function activityAction({ activity }: Subject, before: unknown): Step['action'] {
  if (before === 'active' || (activity === 'deleted' && before === 'deactivated')) return ACTIVATION;
  return before === 'deactivated' ? DEACTIVATION : DELETION;
}

async function membershipStep(
  db: Reader,
  group: number,
  before: { untilOn: string | null } | null,
  present: Facts,
): Promise<Step> {
  const untilOn = before?.untilOn ?? null;
  const choices: Choices = { group, untilOn };
  if (before === null) return { key: `out of ${group}`, action: await GROUP_REMOVAL.chosen(db, choices) };
  if (present[membershipFact(group)] === null)
    return { key: `into ${JSON.stringify(choices)}`, action: await GROUP_ADDITION.chosen(db, choices) };
  return { key: `end ${JSON.stringify(choices)}`, action: membershipEnding(group, untilOn) };
}

/** Gives memberships the end that they had. */
function membershipEnding(groupId: number, untilOn: string | null): Step['action'] {
  const field = membershipFact(groupId);
  const meant = (subjects: Subject[]) => ({ groupId, userIds: subjects.map(({ id }) => id) });
  return {
    refusalOf: () => undefined,
    refuseAmong: (db, by, outcomes) =>
      unlessRefused(outcomes, async () =>
        leaveOutOf(outcomes, await judgeUntil(db, by, meant(allowed(outcomes)), untilOn)),
      ),
    async perform(trx, act, subjects) {
      const { endsBefore } = await setUntil(trx, act, meant(subjects), untilOn);
      return new Map(
        [...endsBefore].map(([id, end]) => [
          id,
          { before: { [field]: { untilOn: end ?? null } }, after: { [field]: { untilOn } } },
        ]),
      );
    },
  };
}

function fieldInWords(field: string): string {
  if (groupOf(field) !== undefined) return 'membership';
  return tagOf(field) === undefined ? field : `tag ${tagOf(field)}`;
}
