import type { Transaction } from './database.ts';

/**
 * Inserts many rows of the same shape, in their order. One value carries them all: a statement with a place for every
 * value of every row is slower to prepare than to run, and its memory is given back late. A text that all rows have goes
 * along once: to read it out of each row takes longer than to write it.
 */
export async function bulkInsert(trx: Transaction, table: string, rows: object[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]);
  const values = rows.map((row) => Object.values(row));
  const isShared = columns.map(
    (_, n) => typeof values[0][n] === 'string' && values.every((row) => row[n] === values[0][n]),
  );
  const differing = values.map((row) => row.filter((_, n) => !isShared[n]));
  const places = columns.map((_, n) => {
    const before = isShared.slice(0, n).filter((shared) => !shared).length;
    return isShared[n] ? '?' : `value ->> '$[${before}]'`;
  });
  await trx.raw(
    `insert into ?? (${columns.map(() => '??').join(', ')}) select ${places.join(', ')} from json_each(?)`,
    [table, ...columns, ...values[0].filter((_, n) => isShared[n]), JSON.stringify(differing)],
  );
}
