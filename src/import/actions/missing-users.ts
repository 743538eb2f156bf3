import { setImmediate as turn } from 'node:timers/promises';
import { dayOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { pieces } from '../../db/ids.ts';
import { DEACTIVATION } from '../../users/actions/deactivation.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Judge } from '../../verbs/action.ts';
import { findMatchedIds } from '../import-plan-store.ts';

const LOOKED_AT_ONCE = 500;

/**
 * Of those whom a view means, whom no line of the file means, and whom whoever asks could deactivate: never themself, never who may do
 * more, and never an integration, which no list of people holds.
 */
export async function findMissing(db: Reader, by: Judge, importId: number, meant: number[]): Promise<number[]> {
  const absent = without(
    meant.toSorted((a, b) => a - b),
    await findMatchedIds(db, importId),
  );
  const missing: number[] = [];
  for (const some of pieces(absent, LOOKED_AT_ONCE)) {
    for (const subject of await findSubjects(db, some, dayOf(by.at)))
      if (!subject.apiOnly && DEACTIVATION.refusalOf(by.by, subject) === undefined) missing.push(subject.id);
    await turn();
  }
  return missing;
}

/** Both ascending. */
function without(all: number[], some: number[]): number[] {
  let at = 0;
  return all.filter((id) => {
    while (at < some.length && some[at] < id) at++;
    return some[at] !== id;
  });
}
