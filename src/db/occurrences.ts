import type { Transaction } from './database.ts';

/** So many lines are named of those that have one key. */
const NAMED = 10;

/** Counts under each key how many lines have it, and keeps the first of them: however many have the same, it is one row. */
export async function countOccurrences(
  trx: Transaction,
  importId: number,
  occurrences: [key: string, line: number][],
): Promise<void> {
  await trx.raw(
    `insert into import_keys (import_id, key, times, lines)
      select ?, value ->> '$[0]', 1, value ->> '$[1]' from json_each(?) where true
      on conflict (import_id, key) do update set times = times + 1,
        lines = case when times < ${NAMED} then lines || ', ' || excluded.lines else lines end`,
    [importId, JSON.stringify(occurrences)],
  );
}
