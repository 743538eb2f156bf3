import type { Transaction } from './database.ts';

/**
 * Inserts many rows of the same shape, in their order. One value carries them all: a statement with a place for every
 * value of every row is slower to prepare than to run, and its memory is given back late. A text that all rows have goes
 * along once: to read it out of each row takes longer than to write it.
 */
export async function bulkInsert(trx: Transaction, table: string, rows: object[]): Promise<void> {
  if (rows.length > 0) await insertAll(trx, table, rows);
}

/** The same of those rows alone that no unique index refuses; what is asked for of each that was inserted. */
export async function bulkInsertUnlessTaken<T>(
  trx: Transaction,
  table: string,
  rows: object[],
  returned: string[],
): Promise<T[]> {
  if (rows.length === 0) return [];
  // Without a condition, "on conflict" would be read as a part of the selection.
  const columns = returned.map(() => '??').join(', ');
  return insertAll(trx, table, rows, {
    sql: `where true on conflict do nothing returning ${columns}`,
    values: returned,
  });
}

async function insertAll<T>(
  trx: Transaction,
  table: string,
  rows: object[],
  end: { sql: string; values: string[] } = { sql: '', values: [] },
): Promise<T[]> {
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
  const inserted: unknown = await trx.raw(
    `insert into ?? (${columns.map(() => '??').join(', ')}) select ${places.join(', ')} from json_each(?) ${end.sql}`,
    [table, ...columns, ...values[0].filter((_, n) => isShared[n]), JSON.stringify(differing), ...end.values],
  );
  return inserted as T[];
}
