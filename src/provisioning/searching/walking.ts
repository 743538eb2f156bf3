import { whereAlong } from '../../db/keyset.ts';
import type { KnownList, Place } from './lists-before.ts';
import type { Query } from './user-conditions.ts';
import { USER } from './user-paths.ts';

/** Along the values that are compared, one of each user. */
export const ALIKE = 'alike.user_id';

export interface Stretch {
  descending: boolean;
  from?: Place;
  /** So many further on than the place, or than the beginning. */
  skip: number;
  limit: number;
}

/** A stretch of a list in the order of a column, and of ids where that is alike. */
export async function walk(query: Query, column: string, { descending, from, skip, limit }: Stretch): Promise<Place[]> {
  const order = descending ? 'desc' : 'asc';
  query.select(`${USER} as id`).limit(limit).offset(skip);
  if (column === USER || column === ALIKE) {
    if (from) query.where(column, descending ? '<' : '>', from.id);
    query.orderBy(column, order);
  } else
    whereAlong(query.select(`${column} as value`), { value: column, id: USER }, { nulls: false, descending, from });
  return (await query).map((row: Place) => ({ value: row.value ?? null, id: row.id }));
}

/** How a stretch is come by with as few rows as possible counted off: from a row whose place is known, or from the end backwards. */
export interface Way {
  /** How many rows are passed by. */
  distance: number;
  /** From the first row that is wanted on, or from the last backwards. */
  isBackwards: boolean;
  from?: Place;
  /** The rows that are read: the one before those that are wanted goes along, to be marked, unless it is known. */
  first: number;
  last: number;
}

export function wayTo({ skip, limit }: Pick<Stretch, 'skip' | 'limit'>, total: number, list: KnownList): Way {
  const last = Math.min(total, skip + limit);
  const { before, after } = list.around(skip, last);
  const forth = skip - (before?.row ?? 0);
  const back = (after?.row ?? total + 1) - 1 - last;
  if (back < forth) return { distance: back, isBackwards: true, from: after?.place, first: skip || 1, last };
  const isBeside = forth === 0;
  return {
    distance: isBeside ? 0 : forth - 1,
    isBackwards: false,
    from: before?.place,
    first: skip + (isBeside ? 1 : 0),
    last,
  };
}

/** The rows after `skip` of a list of that many, and remembers where they begin and end. */
export async function walkFrom(
  query: Query,
  column: string,
  { descending, skip }: Pick<Stretch, 'descending' | 'skip'>,
  { distance, isBackwards, from, first, last }: Way,
  list: KnownList,
): Promise<Place[]> {
  if (last < first) return [];
  const stretch = { descending: descending !== isBackwards, from, skip: distance, limit: last - first + 1 };
  const rows = await walk(query, column, stretch);
  if (isBackwards) rows.reverse();
  // Where fewer are there than were counted, somebody changed something meanwhile: nothing of it is remembered.
  if (rows.length === last - first + 1)
    for (const row of new Set([first, last])) list.mark({ row, place: rows[row - first] });
  return first <= skip ? rows.slice(1) : rows;
}
