import type { Knex } from 'knex';
import { AHEAD, type Instant, instant } from '../clock.ts';
import type { Reader } from './database.ts';
import { dialectOf } from './dialects.ts';

/** So long ago at most, in milliseconds, seen from a moment. */
export interface Lately {
  within: number;
  now: Instant;
}

/** Adds that the moment in a column was so lately. One from ahead was made by a clock that has been set back since: it would count for as long. */
export function whereLately<T extends Knex.QueryBuilder>(query: T, column: string, { within, now }: Lately): T {
  const moment = Date.parse(now);
  query.where(column, '>', instant(moment - within)).where(column, '<=', instant(moment + AHEAD));
  return query;
}

/** Adds to a query what it asks for. */
export type Condition = (where: Knex.QueryBuilder) => unknown;

/** By cases: what holds in the first one that is so. */
export type Cases<T> = [when: Condition, then: T][];

/** What a column may be given: a value, or an expression. */
type Value = string | number | null | Knex.Raw;

/** Whether it holds, as a value to select. */
export function holds(db: Reader, condition: Condition): Knex.Raw {
  const { sql, bindings } = compiled(db.queryBuilder(), condition);
  return db.raw(sql, bindings);
}

/**
 * That some of these counts come to more than nothing. What exists may be found out for all rows that there are at once, which a server takes for quicker
 * as long as it does not know how many they are: what is counted is counted for each row that is asked for.
 */
export function whereCounted<T extends Knex.QueryBuilder>(query: T, counts: Knex.QueryBuilder[]): T {
  query.whereRaw(`${counts.map(() => '?').join(' + ')} > 0`, counts);
  return query;
}

/** Whether the column has a value, as a value to select. */
export function isGiven(db: Reader, column: string): Knex.Raw {
  return holds(db, (where) => where.whereNotNull(column));
}

/** Two columns as one value, with a space between. */
export function spaced(db: Reader, first: string, second: string): Knex.Raw {
  return db.raw("?? || ' ' || ??", [first, second]);
}

/** The value of the first case that is so. */
export function valueInCase(db: Reader, cases: Cases<Value>, otherwise: Value): Knex.Raw {
  const { placeFor } = dialectOf(db);
  const compiledCases = cases.map(([when]) => compiled(db.queryBuilder(), when));
  const parts = compiledCases.map(({ sql }, n) => `when ${sql} then ${placeFor(cases[n][1])}`);
  const bindings = compiledCases.flatMap((one, n) => [...one.bindings, cases[n][1]]);
  return db.raw(`case ${parts.join(' ')} else ${placeFor(otherwise)} end`, [
    ...bindings,
    otherwise,
  ] as Knex.RawBinding[]);
}

/**
 * Restricts a query by the demand of the first case that is so. Unlike alternatives, for which the database would gather
 * and sort all that meet any of them, this is looked at for each row along an index.
 */
export function whereInCase<T extends Knex.QueryBuilder>(query: T, cases: Cases<Condition>, otherwise: Condition): T {
  const blank = () => query.client.queryBuilder() as Knex.QueryBuilder;
  const compiledCases = cases.map(([when, then]) => [compiled(blank(), when), compiled(blank(), then)]);
  const last = compiled(blank(), otherwise);
  const parts = compiledCases.map(([when, then]) => `when ${when.sql} then ${then.sql}`);
  const bindings = [...compiledCases.flat(), last].flatMap((one) => one.bindings);
  query.whereRaw(`case ${parts.join(' ')} else ${last.sql} end`, bindings);
  return query;
}

/** Restricts a query to rows without a value in any of these columns, as a check of each row that was found otherwise. */
export function whereNoneGiven<T extends Knex.QueryBuilder>(query: T, columns: [string, string, ...string[]]): T {
  query.whereRaw(`coalesce(${columns.map(() => '??').join(', ')}) is null`, columns);
  return query;
}

/**
 * A value that the statement itself says: an index over a part of a table serves only who names that part in the words of
 * the index.
 */
export function literal(db: Reader, value: 'invitation' | 0 | 1): Knex.Raw {
  return db.raw(typeof value === 'number' ? dialectOf(db).numberSaid(value) : `'${value}'`);
}

/**
 * Users or groups that are not deleted, in the words of the indexes over names: a lookup that says it in others goes through the whole
 * table. For `modify` of a query.
 */
export function whereNotDeleted(query: Knex.QueryBuilder, table?: string): void {
  query.whereNull(table ? `${table}.deleted_from` : 'deleted_from');
}

/** How many rows are alike in all that a query groups by. */
export function countEach(db: Reader): Record<'number', Knex.Raw> {
  return { number: db.raw('count(*)') };
}

function compiled(blank: Knex.QueryBuilder, condition: Condition): { sql: string; bindings: Knex.RawBinding[] } {
  const { sql, bindings } = blank.where((where) => void condition(where)).toSQL();
  return { sql: sql.replace('select * where ', ''), bindings: [...bindings] as Knex.RawBinding[] };
}

/** In place of whole numbers, others whose sum tells which these are: that of 2 and 5 is not that of 3 and 4. */
export function scattered(db: Reader, column: string): Knex.Raw {
  return db.raw('(?? * 7919 % 1009) * (?? % 1013)', [column, column]);
}
