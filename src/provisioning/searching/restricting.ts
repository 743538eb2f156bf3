import type { Knex } from 'knex';
import type { AttributePath, Filter } from './filter.ts';

type Query = Knex.QueryBuilder;
type Kind<K extends Filter['kind']> = Extract<Filter, { kind: K }>;

/** How what a filter says of one attribute is asked of the database. */
export interface Conditions {
  compare(where: Query, filter: Kind<'compare'>): void;
  present(where: Query, path: AttributePath): void;
  among(where: Query, filter: Kind<'among'>): void;
}

/** Adds what a filter demands. */
export function restrict(where: Query, filter: Filter, conditions: Conditions): void {
  const inside = (part: Filter) => (inner: Query) => void restrict(inner, part, conditions);
  switch (filter.kind) {
    case 'and':
      for (const part of filter.parts) where.where(inside(part));
      return;
    case 'or':
      for (const part of filter.parts) where.orWhere(inside(part));
      return;
    case 'not':
      where.whereNot(inside(filter.part));
      return;
    case 'present':
      conditions.present(where, filter.path);
      return;
    case 'among':
      conditions.among(where, filter);
      return;
    case 'compare':
      if (filter.operator === 'ne') where.whereNot(inside({ ...filter, operator: 'eq' }));
      else conditions.compare(where, filter);
  }
}
