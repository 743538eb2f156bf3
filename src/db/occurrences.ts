import type { Transaction } from './database.ts';
import { dialectOf } from './dialects.ts';

/** So many lines are named of those that have one key. */
const NAMED = 10;

/** Counts under each key how many lines have it, and keeps the first of them: however many have the same, it is one row. */
export async function countOccurrences(
  trx: Transaction,
  importId: number,
  occurrences: [key: string, line: number][],
): Promise<void> {
  const { sql, values } = dialectOf(trx).countedOccurrences(importId, occurrences, NAMED);
  await trx.raw(sql, values as string[]);
}
