import type { Knex } from 'knex';
import type { Reader } from './database.ts';
import type { Piece } from './dialect.ts';
import { dialectOf } from './dialects.ts';

/** A statement takes 32,766 values at most; sets of ids go through in pieces. */
const IDS_PER_QUERY = 10_000;

/**
 * The ids that a query selects, in its order, as one value: a row object for each of a hundred thousand would take ten
 * times as long. The query selects a column `id` and nothing else that matters.
 */
export async function selectIds(db: Reader, query: Knex.QueryBuilder): Promise<number[]> {
  const [{ ids }] = await idsAsJson(db, query);
  return JSON.parse(ids);
}

/** The same as a query of one row, with the ids in JSON. */
export function idsAsJson(db: Reader, query: Knex.QueryBuilder): Knex.QueryBuilder<object, { ids: string }[]> {
  return db.from(query.as('selected')).select(db.raw(`${dialectOf(db).listed('selected.id')} as ids`));
}

/** The rows of a query as one value beside others: in JSON, each an array of these columns. */
export function rowsAsJson(db: Reader, query: Knex.QueryBuilder, columns: string[]): Knex.Raw {
  const { listed, tuple } = dialectOf(db);
  return db.raw(`(select ${listed(tuple(columns.map(() => '??')))} from ?)`, [...columns, query.as('selected')]);
}

/** Restricts a query to a set of ids, or of keys, of any size, given as one value. */
export function whereIdIn<T extends Knex.QueryBuilder>(query: T, column: string, ids: (number | string)[]): T {
  return wherePiece(query, dialectOf(query).isAmong(column, ids));
}

/** The same as a check of each row that was found otherwise. */
export function whereIdAmong<T extends Knex.QueryBuilder>(query: T, column: string, ids: (number | string)[]): T {
  return wherePiece(query, dialectOf(query).isAmongUnindexed(column, ids));
}

/** Restricts a query to rows that have in these columns of a table, together, one of these sets of values. */
export function whereRowIn<T extends Knex.QueryBuilder>(
  query: T,
  table: string,
  columns: string[],
  rows: unknown[][],
): T {
  const { sql, values } = dialectOf(query).rowsFor(table, columns, rows);
  const names = columns.map(() => '??').join(', ');
  return wherePiece(query, { sql: `(${names}) in (${sql})`, values: [...columns, ...values] });
}

export function wherePiece<T extends Knex.QueryBuilder>(query: T, { sql, values }: Piece): T {
  query.whereRaw(sql, values as Knex.RawBinding[]);
  return query;
}

export function* pieces<T>(all: T[], size = IDS_PER_QUERY): Generator<T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
