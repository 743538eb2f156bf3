import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { findChangedIds } from '../../bulk-operations/bulk-item-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { pieces } from '../../db/ids.ts';
import { identityKey } from '../../text/identity-key.ts';
import { DEACTIVATION } from '../../users/actions/deactivation.ts';
import type { Subject } from '../../users/user.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Judge } from '../../verbs/action.ts';
import { Conflict } from '../../verbs/refusals.ts';
import type { Import } from '../import.ts';
import { findMatchedIds } from '../import-plan-store.ts';
import { uncertainKeys } from './named-lines.ts';

const LOOKED_AT_ONCE = 500;
/** Of so large a part of the view the number is to be typed: a wrong file looks like everybody leaving. */
const MUCH = 0.05;

/** Users of a view of whom a file says nothing. */
export interface Missing {
  ids: number[];
  /** How many the view means. */
  of: number;
}

export const isMuch = ({ ids, of }: Missing) => ids.length > of * MUCH;

/** Whether somebody typed the number of those who are missing, with whatever marks between its thousands. */
export function isTheirNumber(typed: string, { ids }: Missing): boolean {
  return typed.replaceAll(/[\s.,]/g, '') === String(ids.length);
}

/**
 * Of those whom a view means, whom no line of the file means or names, and whom whoever asks could deactivate: never themself, never who may do
 * more, and never an integration, which no list of people holds. Throws Conflict where no line means anybody.
 */
export async function findMissing(db: Reader, by: Judge, one: Import, meant: number[]): Promise<Missing> {
  const { id, counts, operationId } = one;
  if (counts.changed + counts.unchanged === 0)
    throw new Conflict('No line means anybody who is there, so nobody is taken for missing.');
  const known = await findMatchedIds(db, id);
  // Whom the import itself made is in the file as well.
  const made = operationId === null ? [] : await findChangedIds(db, operationId);
  const absent = without(without(ascending(meant), known), made);
  const missing: Subject[] = [];
  for (const some of pieces(absent, LOOKED_AT_ONCE)) {
    for (const subject of await findSubjects(db, some, minuteOf(by.at)))
      if (!subject.apiOnly && DEACTIVATION.refusalOf(by.by, subject) === undefined) missing.push(subject);
    await turnOfOthers();
  }
  return { ids: await unnamed(db, one, missing), of: meant.length };
}

/** Of these, those whom no line names for which it is not sure whom it means. */
async function unnamed(db: Reader, one: Import, missing: Subject[]): Promise<number[]> {
  const ids = new Set(missing.map(({ id }) => id));
  const names = missing.flatMap(({ id, name, email }) => [name, email ?? []].flat().map((text) => ({ id, text })));
  const byKey = new Map(names.map(({ id, text }) => [identityKey(text), id]));
  if (ids.size > 0)
    for await (const keys of uncertainKeys(db, one)) {
      for (const key of keys) ids.delete(byKey.get(key)!);
      await turnOfOthers();
    }
  return [...ids];
}

function ascending(ids: number[]): number[] {
  return ids.toSorted((a, b) => a - b);
}

/** Both ascending. */
function without(all: number[], some: number[]): number[] {
  let at = 0;
  return all.filter((id) => {
    while (at < some.length && some[at] < id) at++;
    return some[at] !== id;
  });
}
