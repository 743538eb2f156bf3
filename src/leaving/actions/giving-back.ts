import type { Step, StepAction } from '../../bulk-operations/undoable.ts';
import type { Reader } from '../../db/database.ts';
import { administered } from '../../users/actions/user-action.ts';
import type { Subject } from '../../users/user.ts';
import type { Facts } from '../../verbs/action.ts';
import { leaveOut } from '../../verbs/outcome.ts';
import { writtenOf } from '../left-kind.ts';
import { FACTS_LEFT, type FactLeft, factLeftOf } from './facts-left.ts';

/** What stands now in the things of these fields. */
export async function findFactsLeft(db: Reader, fields: ReadonlySet<string>): Promise<Facts> {
  const facts: Facts = {};
  for (const one of FACTS_LEFT) {
    const ids = [...fields].flatMap((field) => one.idOf(field) ?? []);
    if (ids.length === 0) continue;
    const found = await one.find(db, ids);
    for (const id of ids) facts[one.fact(id)] = found.get(id) ?? null;
  }
  return facts;
}

/** What brings things back to whoever left them: those of a kind that have the same to come back from are done at once. */
export function stepsForLeft(before: Facts, present: Facts): Step<Subject>[] {
  const fields = Object.keys(before).flatMap((field) => {
    const found = factLeftOf(field);
    return found ? [{ ...found, change: { before: before[field], present: present[field] } }] : [];
  });
  const alike = Map.groupBy(fields, ({ fact, change }) => `${fact.fact(0)} ${JSON.stringify(change)}`);
  return [...alike].map(([key, those]) => ({
    key: `${key} ${those.map(({ id }) => id).join()}`,
    make: () =>
      givingBack(
        those[0].fact,
        those.map(({ id }) => id),
        those[0].change,
      ),
  }));
}

function givingBack(fact: FactLeft, ids: number[], change: { before: unknown; present: unknown }): StepAction<Subject> {
  return {
    changesOthers: true,
    demandsProof: async (db, by) => (await fact.demandsProof?.(db, by, ids)) ?? false,
    refusalOf: administered(() => undefined),
    async refuseAmong(db, by, outcomes) {
      const refused = await fact.findRefused(db, by, ids, change);
      leaveOut(outcomes, () => (refused.size === ids.length ? [...refused.values()][0] : undefined));
    },
    findShortfall: async (db, by) => [...(await fact.findRefused(db, by, ids, change)).values()].at(0),
    async perform(trx, act, subjects) {
      const given = await fact.giveBack(trx, act, ids, change);
      const one = writtenOf(fact.fact, given, change.present, change.before);
      return new Map(subjects.map(({ id }) => [id, one]));
    },
  };
}
