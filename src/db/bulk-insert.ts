import type { Transaction } from './database.ts';

/**
 * Inserts many rows of the same shape, in their order. One value carries them all: a statement with a place for every
 * value of every row is slower to prepare than to run, and its memory is given back late.
 */
export async function bulkInsert(trx: Transaction, table: string, rows: object[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]);
  const values = columns.map((_, n) => `value ->> '$[${n}]'`);
  const json = JSON.stringify(rows.map((row) => Object.values(row)));
  await trx.raw(
    `insert into ?? (${columns.map(() => '??').join(', ')}) select ${values.join(', ')} from json_each(?)`,
    [table, ...columns, json],
  );
}
