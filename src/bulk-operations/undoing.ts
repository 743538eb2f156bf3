import { findLaterChanges, type LaterChange, standing, type Undoings } from '../audit/later-changes.ts';
import type { Reader } from '../db/database.ts';
import type { Format } from '../text/format.ts';
import { counted, were } from '../text/text.ts';
import { type BulkAction, type Facts, type Judge, judge, type Subjected, type Written } from '../verbs/action.ts';
import { isSame } from '../verbs/facts.ts';
import { type Counts, countInWords, countOf } from '../verbs/notes.ts';
import { allowed, leaveOut, type Outcome, type Refusal, stale } from '../verbs/outcome.ts';
import { type SubjectType, UNDO } from './bulk-operation.ts';

/** What an operation wrote, by subject, with the version of each right after it. */
export type WrittenBySubject = ReadonlyMap<number, Written & { version: number | null }>;

/** An operation that is taken back: what it wrote, and which operations take others back. */
export interface TakenBack {
  operationId: number;
  written: WrittenBySubject;
  undoings: Undoings;
}

/** One thing that has to be done to bring something back; those for whom it is the same are done at once. */
export interface Step<Subject extends Subjected> {
  key: string;
  action: StepAction<Subject>;
}

export type StepAction<Subject extends Subjected> = Pick<
  BulkAction<Subject>,
  'refusalOf' | 'refuseAmong' | 'perform' | 'givings' | 'demandsProof'
>;

/** Of one subject, what is to be brought back, and what stands there now. */
export interface Wanted {
  before: Facts;
  present: Facts;
}

/** What has to be known of records of a kind to take back what was done to them. */
export interface Undoable<Subject extends Subjected> {
  type: SubjectType;
  find(db: Reader, ids: number[], by: Judge): Promise<Subject[]>;
  /** What of these fields stands in each of them now. */
  findFacts(db: Reader, subjects: Subject[], fields: ReadonlySet<string>): Promise<Map<number, Facts>>;
  /** Facts as an earlier version wrote them, as they are written now. */
  asNow?(facts: Facts): Facts;
  /** Whether the event of the audit tells of a change of the field. */
  isChangeOf(field: string, change: LaterChange): boolean;
  /** What brings these fields back: the actions that anybody would do it with. */
  stepsFor(db: Reader, subject: Subject, wanted: Wanted, by: Judge): Promise<Step<Subject>[]>;
  /** What a field held before the undo, for its report; empty where another says it. */
  wasInWords(field: string, value: unknown, format: Format): string;
}

/**
 * Takes back an operation: each field that it wrote becomes what it was, unless it was changed since. It is done by the actions that
 * anybody would do it with, so by their rules and under the rights of whoever takes it back.
 */
export function undoing<Subject extends Subjected>(
  undoable: Undoable<Subject>,
  takenBack: TakenBack,
): BulkAction<Subject> {
  const { type } = undoable;

  /** The last plan, which serves for all that is asked of the same in one breath. */
  let last: { db: Reader; plan: Plan<Subject> } | undefined;

  /** The judgement and the deed see the same. */
  async function planned(db: Reader, by: Judge, outcomes: Outcome<Subject>[]): Promise<Plan<Subject>> {
    const subjects = allowed(outcomes);
    const wanted = await findWanted(db, undoable, takenBack, subjects);
    const steps = new Map<number, Step<Subject>[]>();
    for (const subject of subjects)
      steps.set(subject.id, await undoable.stepsFor(db, subject, wanted.get(subject.id)!, by));
    leaveOut(outcomes, ({ id }) => (steps.get(id)!.length === 0 ? stale() : undefined));
    const refused = new Map<number, Refusal>();
    for (const [key, those] of groupedByKey(allowed(outcomes), steps)) {
      const judged = await judge(db, by, { ...NO_WORDS, ...those.action }, those.subjects);
      for (const { subject, refusal } of judged) {
        if (!refusal) continue;
        refused.set(subject.id, refusal);
        const left = steps.get(subject.id)!.filter((step) => step.key !== key);
        steps.set(subject.id, left);
      }
    }
    leaveOut(outcomes, ({ id }) => (steps.get(id)!.length === 0 ? refused.get(id) : undefined));
    last = { db, plan: { steps, refused, wanted } };
    return last.plan;
  }

  async function planFor(db: Reader, by: Judge, subjects: Subject[]): Promise<Plan<Subject>> {
    if (last?.db === db && subjects.every(({ id }) => last!.plan.steps.has(id))) return last.plan;
    return planned(
      db,
      by,
      subjects.map((subject) => ({ subject })),
    );
  }

  return {
    name: UNDO,
    label: 'Undo',
    icon: 'undo',
    bulk: {
      button: (number) => `Undo for ${counted(number, type)}`,
      done: (number) => `${were(number, type)} put back as before.`,
      consequence: 'What was changed of them becomes what it was before. What was changed since stays as it is.',
    },
    refusalOf: () => undefined,
    async refuseAmong(db, by, outcomes) {
      await planned(db, by, outcomes);
    },
    async perform(trx, act, subjects) {
      const done = new Map<number, Written>();
      const { steps } = await planFor(trx, act, subjects);
      for (const those of groupedByKey(subjects, steps).values()) {
        const ids = those.subjects.map(({ id }) => id);
        // A step before may have changed what this one goes by.
        const fresh = await undoable.find(trx, ids, act);
        for (const [id, { before, after }] of await those.action.perform(trx, act, fresh)) {
          const earlier = done.get(id);
          done.set(id, { before: { ...before, ...earlier?.before }, after: { ...earlier?.after, ...after } });
        }
      }
      return done;
    },
    async demandsProof(db, by, subjects) {
      const { steps } = await planFor(db, by, subjects);
      for (const { action, subjects: those } of groupedByKey(subjects, steps).values()) {
        const { demandsProof } = action;
        if (demandsProof === true || (await demandsProof?.(db, by, those))) return true;
      }
      return false;
    },
    async givings(db, by, subjects) {
      const givings = [];
      const { steps } = await planFor(db, by, subjects);
      for (const { action, subjects: those } of groupedByKey(subjects, steps).values())
        givings.push(...((await action.givings?.(db, by, those)) ?? []));
      return givings;
    },
    notes: {
      count: async ({ subjects }, db, by) => leftAsItIs(subjects, await planFor(db, by, subjects), takenBack.written),
      inWords: leftInWords,
    },
    was: (before, format) =>
      Object.entries(before)
        .map(([field, value]) => undoable.wasInWords(field, value, format))
        .filter(Boolean)
        .join('; '),
    events: {},
  };
}

interface Plan<Subject extends Subjected> {
  steps: Map<number, Step<Subject>[]>;
  /** Why a part of what would have to be done is not done. */
  refused: Map<number, Refusal>;
  wanted: Map<number, Wanted>;
}

const CHANGED = 'changed';

/** Of those of whom something is put back, what stays all the same. */
function leftAsItIs<Subject extends Subjected>(
  subjects: Subject[],
  { wanted, refused }: Plan<Subject>,
  written: WrittenBySubject,
): Counts {
  const numberOf = (facts: Facts | undefined) => Object.keys(facts ?? {}).length;
  const changed = subjects.filter(({ id }) => numberOf(wanted.get(id)?.before) < numberOf(written.get(id)?.after));
  const reasons = Map.groupBy(
    subjects.filter(({ id }) => refused.has(id)),
    ({ id }) => refused.get(id)!.reason,
  );
  return Object.fromEntries([
    ...(changed.length > 0 ? [[CHANGED, countOf(changed)]] : []),
    ...[...reasons].map(([reason, those]) => [`${REFUSED}${reason}`, countOf(those)]),
  ]);
}

const REFUSED = 'refused: ';

function leftInWords(counts: Counts): string[] {
  return Object.entries(counts).map(([key, count]) =>
    key === CHANGED
      ? `Something was changed since, and stays as it is: of ${countInWords(count)}.`
      : `A part stays as it is: ${countInWords(count)} ${key.slice(REFUSED.length)}.`,
  );
}

/** A step is no action that anybody presses. */
const NO_WORDS = { name: UNDO, label: 'Undo', icon: 'undo', was: () => '', events: {} } as const;

/** The same of one that changes fields. */
export const WORDS_OF_CHANGE = {
  ...NO_WORDS,
  bulk: { button: () => '', done: () => '', consequence: '' },
  unchanged: 'stands as before already',
};

function groupedByKey<Subject extends Subjected>(subjects: Subject[], steps: Map<number, Step<Subject>[]>) {
  const grouped = new Map<string, { action: StepAction<Subject>; subjects: Subject[] }>();
  for (const subject of subjects)
    for (const { key, action } of steps.get(subject.id) ?? []) {
      const those = grouped.get(key) ?? { action, subjects: [] };
      those.subjects.push(subject);
      grouped.set(key, those);
    }
  return grouped;
}

/** Of each of these, the fields that stand as the operation left them, with what they were before it. */
async function findWanted<Subject extends Subjected>(
  db: Reader,
  { type, findFacts, isChangeOf, asNow = (facts) => facts }: Undoable<Subject>,
  { operationId, written, undoings }: TakenBack,
  subjects: Subject[],
): Promise<Map<number, Wanted>> {
  const writtenInto = (id: number): Written => {
    const { before = {}, after = {} }: Partial<Written> = written.get(id) ?? {};
    return { before: asNow(before), after: asNow(after) };
  };
  const fields = new Set(subjects.flatMap(({ id }) => Object.keys(writtenInto(id).after)));
  const present = subjects.length > 0 ? await findFacts(db, subjects, fields) : new Map<number, Facts>();
  const changed = subjects.filter(({ id, version }) => written.get(id)?.version !== version).map(({ id }) => id);
  const later = changed.length === 0 ? [] : await findLaterChanges(db, operationId, type, changed);
  const laterOf = new Map(
    [...Map.groupBy(later, ({ subjectId }) => subjectId)].map(([id, changes]) => [id, standing(changes, undoings)]),
  );
  return new Map(
    subjects.map(({ id }): [number, Wanted] => {
      const { before, after } = writtenInto(id);
      const stands = (field: string) =>
        isSame(present.get(id)?.[field], after[field]) &&
        !(laterOf.get(id) ?? []).some((change) => isChangeOf(field, change));
      const standing = Object.keys(after).filter(stands);
      const pick = (from: Facts | undefined) =>
        Object.fromEntries(standing.map((field): [string, unknown] => [field, from?.[field] ?? null]));
      return [id, { before: pick(before), present: pick(present.get(id)) }];
    }),
  );
}

/** Whether the change gave or took this tag. */
export function isChangeOfTag(tag: string, { before, after }: LaterChange): boolean {
  const has = (fields: Facts) => [fields.tags].flat().includes(tag);
  return has(before) !== has(after);
}
