import type { Knex } from 'knex';
import type { Reader } from './database.ts';

/**
 * The different values of a column, each as `value` of a row, in the rows of a query. Where an index has it next to what the query asks for, that takes
 * one look for each value, however many rows there are.
 */
export function distinctAlong(
  db: Reader,
  rows: () => Knex.QueryBuilder,
  column: string,
): Knex.Raw<{ value: string }[]> {
  const first = rows().min(column);
  const next = rows().where(column, '>', db.ref('found.value')).min(column);
  return db.raw(
    `with recursive found(value) as (select ? union all select ? from found where value is not null)
      select value from found where value is not null`,
    [first, next] as unknown as Knex.RawBinding[],
  );
}
