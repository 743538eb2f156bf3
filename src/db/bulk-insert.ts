import type { Transaction } from './database.ts';
import { dialectOf } from './dialects.ts';

/**
 * Inserts many rows of the same shape, in their order. One value carries them all: a statement with a place for every
 * value of every row is slower to prepare than to run, and its memory is given back late.
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
  const columns = returned.map(() => '??').join(', ');
  return insertAll(trx, table, rows, { sql: `on conflict do nothing returning ${columns}`, values: returned });
}

async function insertAll<T>(
  trx: Transaction,
  table: string,
  rows: object[],
  end: { sql: string; values: string[] } = { sql: '', values: [] },
): Promise<T[]> {
  const columns = Object.keys(rows[0]);
  const { sql, values } = dialectOf(trx).newRows(table, rows);
  const inserted: unknown = await trx.raw(`insert into ?? (${columns.map(() => '??').join(', ')}) ${sql} ${end.sql}`, [
    table,
    ...columns,
    ...values,
    ...end.values,
  ] as string[]);
  return inserted as T[];
}

/** After rows whose ids were given: those that are given by the database follow on to them. */
export async function followOn(trx: Transaction, table: string): Promise<void> {
  const piece = dialectOf(trx).followsOn?.(table);
  if (piece) await trx.raw(piece.sql, piece.values as string[]);
}
