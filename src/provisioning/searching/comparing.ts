import type { Knex } from 'knex';
import { type Instant, instant } from '../../clock.ts';
import { whereTextEnds, whereTextHolds } from '../../db/search.ts';
import { Unfit } from '../unfit.ts';
import type { FilterValue, Operator } from './filter.ts';

type Query = Knex.QueryBuilder;

const SIGNS: Partial<Record<Operator, string>> = { gt: '>', ge: '>=', lt: '<', le: '<=' };

/** Adds that a column compares so; what begins so is a stretch of its index. */
export function compareText(where: Query, column: string, operator: Operator, value: string): void {
  switch (operator) {
    case 'eq':
      where.where(column, value);
      return;
    case 'ne':
      where.whereNot(column, value);
      return;
    case 'sw':
      where.where(column, '>=', value).where(column, '<', `${value}\u{10ffff}`);
      return;
    case 'co':
      whereTextHolds(where, column, [[value]]);
      return;
    case 'ew':
      whereTextEnds(where, column, value);
      return;
    default:
      where.where(column, SIGNS[operator]!, value);
  }
}

/** Ids are compared as a whole: nothing begins or ends in one. */
export function compareId(where: Query, column: string, operator: Operator, id: number | undefined): void {
  if (id === undefined || operator !== 'eq') nobody(where, column);
  else where.where(column, id);
}

/** Adds what holds of no row. */
export function nobody(where: Query, id: string): void {
  where.whereIn(id, []);
}

/** Adds what holds of every row: left unsaid, it would be lost beside what else is said. */
export function everybody(where: Query, id: string): void {
  where.whereNotIn(id, []);
}

/** A moment as the database has it. Throws Unfit. */
export function momentOf(value: FilterValue): Instant {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new Unfit('invalidFilter', 'A moment is written as 2026-11-27T12:00:00Z.');
  return instant(milliseconds);
}
