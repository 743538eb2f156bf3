import type { Knex } from 'knex';
import type { Reader } from './database.ts';
import { dialectOf } from './dialects.ts';

/** What a sorted list goes by; rows that are alike in it stand by their id. */
export interface Key {
  /** A column, or an expression. */
  value: string | Knex.Raw;
  id: string;
  /** Whether some rows have no value. */
  isNullable?: boolean;
}

/** A stretch of a sorted list, in the direction of reading. */
export interface Stretch {
  /** Whether those are meant that have no value, which stand by id; else those with one, by that. */
  nulls: boolean;
  descending: boolean;
  /** The row before the first. */
  from: { value: string | number | null; id: number } | undefined;
  /** Of the rows past that one only those that are alike in the value, or only those beyond them. */
  part?: 'alike' | 'beyond';
}

/** Whether a read past a row takes the time to pass by all rows that are alike in the value, so that these are better read by themselves. */
export function passesByAlike(db: Reader): boolean {
  return !dialectOf(db).seeksByRow;
}

/** Restricts a query to the stretch and puts it in order, as an index of value and id has it. */
export function whereAlong<T extends Knex.QueryBuilder>(
  query: T,
  key: Key,
  { nulls, descending, from, part }: Stretch,
): T {
  const { value, id, isNullable } = key;
  const order = descending ? 'desc' : 'asc';
  const past = descending ? '<' : '>';
  if (nulls) {
    if (from) query.where(id, past, from.id);
    query.whereNull(value as string).orderBy(id, order);
    return query;
  }
  if (part === 'alike') {
    query
      .where(value as string, from!.value)
      .where(id, past, from!.id)
      .orderBy(id, order);
    return query;
  }
  if (part === 'beyond') query.where(value as string, past, from!.value);
  else if (from) wherePast(query, key, { descending, from });
  if (isNullable) query.whereNotNull(value as string);
  query.orderBy([
    { column: value as string, order },
    { column: id, order },
  ]);
  return query;
}

/** Restricts a query to the rows after that one in the direction of reading. */
export function wherePast<T extends Knex.QueryBuilder>(
  query: T,
  { value, id }: Pick<Key, 'value' | 'id'>,
  { descending, from }: { descending: boolean; from: NonNullable<Stretch['from']> },
): T {
  const past = descending ? '<' : '>';
  query.whereRaw(`(${placeFor(value)}, ??) ${past} (?, ?)`, [value, id, from.value, from.id]);
  return query;
}

function placeFor(value: string | Knex.Raw): string {
  return typeof value === 'string' ? '??' : '?';
}
