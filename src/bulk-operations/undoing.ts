import type { Reader } from '../db/database.ts';
import { counted, were } from '../text/text.ts';
import { type BulkAction, type Judge, judge, type Subjected, type Written } from '../verbs/action.ts';
import { type Count, type Counts, countInWords, countOf } from '../verbs/notes.ts';
import { allowed, leaveOut, type Outcome, type Refusal, stale } from '../verbs/outcome.ts';
import { UNDO } from './bulk-operation.ts';
import { findWanted, type Step, type StepAction, type TakenBack, type Undoable, type Wanted } from './undoable.ts';

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
    for (const subject of subjects) steps.set(subject.id, undoable.stepsFor(subject, wanted.get(subject.id)!, by));
    leaveOut(outcomes, ({ id }) => (steps.get(id)!.length === 0 ? whyNothing(wanted.get(id)!) : undefined));
    const refused = new Map<number, Refusal[]>();
    const actions = new Map<string, StepAction<Subject>>();
    for (const [key, those] of groupedByKey(allowed(outcomes), steps)) {
      const action = await those.make(db, those.values);
      actions.set(key, action);
      const meant = those.subjects.filter(({ id }) => steps.get(id)!.some((step) => step.key === key));
      const judged = await judge(db, by, { ...NO_WORDS, ...action }, meant);
      const shortfall = await action.findShortfall?.(db, by);
      for (const { subject, refusal = shortfall } of judged)
        if (refusal) refused.set(subject.id, [...(refused.get(subject.id) ?? []), refusal]);
      for (const { subject, refusal } of judged) {
        if (!refusal) continue;
        const left = steps.get(subject.id)!.filter((step) => step.key !== key && step.needs !== key);
        steps.set(subject.id, left);
      }
    }
    leaveOut(outcomes, ({ id }) => (steps.get(id)!.length === 0 ? refused.get(id)?.[0] : undefined));
    last = { db, plan: { steps, actions, refused, wanted } };
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
      const { steps, actions } = await planFor(trx, act, subjects);
      const begun = new Set<number>();
      let areOthersChanged = false;
      for (const [key, those] of groupedByKey(subjects, steps)) {
        const action = actions.get(key)!;
        const ids = those.subjects.map(({ id }) => id);
        // A step before may have changed what this one goes by.
        const isAsJudged = !areOthersChanged && ids.every((id) => !begun.has(id));
        const fresh = isAsJudged ? those.subjects : await undoable.find(trx, ids, act);
        for (const [id, { before, after }] of await action.perform(trx, act, fresh)) {
          const earlier = done.get(id);
          done.set(id, { before: { ...before, ...earlier?.before }, after: { ...earlier?.after, ...after } });
        }
        for (const id of ids) begun.add(id);
        areOthersChanged ||= action.changesOthers === true;
      }
      return done;
    },
    async demandsProof(db, by, subjects) {
      const { steps, actions } = await planFor(db, by, subjects);
      for (const [key, { subjects: those }] of groupedByKey(subjects, steps)) {
        const { demandsProof } = actions.get(key)!;
        if (demandsProof === true || (await demandsProof?.(db, by, those))) return true;
      }
      return false;
    },
    async givings(db, by, subjects) {
      const givings = [];
      const { steps, actions } = await planFor(db, by, subjects);
      for (const [key, { subjects: those }] of groupedByKey(subjects, steps))
        givings.push(...((await actions.get(key)!.givings?.(db, by, those)) ?? []));
      return givings;
    },
    notes: {
      count: async ({ subjects }, db, by) => leftAsItIs(subjects, await planFor(db, by, subjects)),
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
  /** What each of them is, by its key. */
  actions: ReadonlyMap<string, StepAction<Subject>>;
  /** Why parts of what would have to be done are not done. */
  refused: Map<number, Refusal[]>;
  wanted: Map<number, Wanted>;
}

const CHANGED = 'changed';

function whyNothing(wanted: Wanted): Refusal {
  const isGone = wanted.gone.length > 0 && wanted.changed === 0;
  if (isGone) return { kind: 'stale', reason: wanted.gone[0] };
  return wanted.isBack ? { kind: 'stale', reason: 'is as it was before already' } : stale();
}

/** Of those of whom something is put back, what stays all the same. */
function leftAsItIs<Subject extends Subjected>(
  subjects: Subject[],
  { wanted, refused, steps, actions }: Plan<Subject>,
): Counts {
  const changed = subjects.filter(({ id }) => wanted.get(id)!.changed > 0);
  const whys = subjects.flatMap((subject) =>
    [...(refused.get(subject.id) ?? []).map(({ reason }) => reason), ...wanted.get(subject.id)!.gone].map((reason) => ({
      subject,
      reason,
    })),
  );
  const reasons = [...Map.groupBy(whys, ({ reason }) => reason)].map(([reason, those]): [string, Subject[]] => [
    reason,
    [...new Set(those.map(({ subject }) => subject))],
  ]);
  const saying = [...groupedByKey(subjects, steps)].flatMap(([key, those]) => {
    const { says } = actions.get(key)!;
    return says ? [{ says, those: those.subjects }] : [];
  });
  const said = [...Map.groupBy(saying, ({ says }) => says)].map(([says, all]): [string, Count] => [
    `${SAID}${says}`,
    countOf(all.flatMap(({ those }) => those)),
  ]);
  return Object.fromEntries([
    ...said,
    ...(changed.length > 0 ? [[CHANGED, countOf(changed)]] : []),
    ...reasons.map(([reason, those]) => [`${REFUSED}${reason}`, countOf(those)]),
  ]);
}

const REFUSED = 'refused: ';
const SAID = 'said: ';

function leftInWords(counts: Counts): string[] {
  return Object.entries(counts).map(([key, count]) => {
    if (key.startsWith(SAID)) return `${key.slice(SAID.length)}: ${countInWords(count)}.`;
    return key === CHANGED
      ? `Something was changed since, and stays as it is: of ${countInWords(count)}.`
      : `A part stays as it is: ${countInWords(count)} ${key.slice(REFUSED.length)}.`;
  });
}

/** A step is no action that anybody presses. */
const NO_WORDS = { name: UNDO, label: 'Undo', icon: 'undo', was: () => '', events: {} } as const;

/** The same of one that changes fields. */
export const WORDS_OF_CHANGE = {
  ...NO_WORDS,
  bulk: { button: () => '', done: () => '', consequence: '' },
  unchanged: 'stands as before already',
};

/** Those for whom a step is the same. */
interface Together<Subject extends Subjected> extends Pick<Step<Subject>, 'make'> {
  subjects: Subject[];
  values: Map<number, unknown>;
}

function groupedByKey<Subject extends Subjected>(subjects: Subject[], steps: Map<number, Step<Subject>[]>) {
  const grouped = new Map<string, Together<Subject>>();
  for (const subject of subjects)
    for (const { key, value, make } of steps.get(subject.id) ?? []) {
      const those: Together<Subject> = grouped.get(key) ?? { make, subjects: [], values: new Map() };
      those.subjects.push(subject);
      those.values.set(subject.id, value);
      grouped.set(key, those);
    }
  return grouped;
}
