import type { Transaction } from './database.ts';
import { dialectOf } from './dialects.ts';
import { runSql } from './prepared.ts';

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
  return insertAll(trx, table, rows, `on conflict do nothing returning ${quoted(trx, returned)}`);
}

function insertAll<T>(trx: Transaction, table: string, rows: object[], end = ''): Promise<T[]> {
  const { sql, values } = dialectOf(trx).newRows(table, rows);
  const into = `${quoted(trx, [table])} (${quoted(trx, Object.keys(rows[0]))})`;
  return runSql(trx, `insert into ${into} ${sql} ${end}`, values);
}

const kept = new Map<string, string>();

/** Names as the database writes them. */
function quoted(trx: Transaction, names: string[]): string {
  const key = `${trx.client.dialect} ${names}`;
  let text = kept.get(key);
  if (text === undefined) {
    text = trx.raw(names.map(() => '??').join(', '), names).toString();
    kept.set(key, text);
  }
  return text;
}

/** After rows whose ids were given: those that are given by the database follow on to them. */
export async function followOn(trx: Transaction, table: string): Promise<void> {
  const piece = dialectOf(trx).followsOn?.(table);
  if (piece) await trx.raw(piece.sql, piece.values as string[]);
}
