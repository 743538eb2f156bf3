import type { Knex } from 'knex';
import type { Reader } from '../../db/database.ts';
import { idsAsJson, whereIdIn } from '../../db/ids.ts';
import { passesByAlike, type Stretch, whereAlong } from '../../db/keyset.ts';
import { prepared, preparedInForms } from '../../db/prepared.ts';
import type { Source } from '../../lists/keyset-page.ts';
import type { Cursor } from '../../lists/list-query.ts';
import { breathe } from '../../process/giving-way.ts';
import { keysOfBegun } from '../../text/sort-key.ts';
import type { Sought } from '../../text/text.ts';
import type { Selection } from '../facet-index.ts';
import type { Along } from './along.ts';
import type { Keepable } from './kept-orders.ts';
import type { Rank } from './ranks.ts';

/** What an index of a table goes by, and whose the ids are. */
interface IndexKey {
  value: string;
  id: string;
  isNullable?: boolean;
  /** Where the values are whole numbers from 0 on: up to which. A database need not know how to compare others with them. */
  most?: number;
}

type Form = Pick<Stretch, 'nulls' | 'descending' | 'part'> & { isFromStart: boolean; isAmongSome: boolean };
type Values = { value: Cursor['value']; id: number; among: number[]; limit: number };

/** How many rows of the index of a sort are walked past in the time in which the square root of them is sorted. */
const WORTH_SORTING = 50;

/** So many are sorted at the most, when a walk has not found enough of them soon. */
const MOST_SORTED = 40_000;

/** So many are sorted at once; of more, the first of each part are, and then those together. */
const SORTED_AT_ONCE = 10_000;

/** So many are looked at while nothing can be counted: they are read for this page alone. */
const LOOKED_AT = 2_000;

/** A sort that an index has: gives its rows along value and id. */
export interface IndexedSort {
  (db: Reader, among?: number[]): Along;
  /** All of them for whoever reads them once: nothing of it is kept for whoever asks the same next. */
  once(db: Reader): Along;
}

/** A sort that an index has, of the rows that are in it. */
export function alongIndex(rows: (db: Reader) => Knex.QueryBuilder, key: IndexKey): IndexedSort {
  const [kept, unkept] = [true, false].map((isKept) => statementsAlong(rows, key, isKept));
  return Object.assign((db: Reader, among?: number[]) => alongBy(kept, key, db, among), {
    once: (db: Reader) => alongBy(unkept, key, db),
  });
}

function statementsAlong(rows: (db: Reader) => Knex.QueryBuilder, key: IndexKey, isKept: boolean) {
  const selectAlong = preparedInForms<Form, Values, { ids: string }>(
    (db, form, { value, id, among, limit }) => {
      const query = rows(db).select(`${key.id} as id`).limit(limit);
      if (form.isAmongSome) whereIdIn(query, key.id, among);
      const { nulls, descending, part } = form;
      const from = form.isFromStart ? undefined : { value, id };
      return idsAsJson(db, whereAlong(query, key, { nulls, descending, part, from }));
    },
    { isKept },
  );
  const selectPlace = prepared<{ id: number }, Pick<Cursor, 'value'>>(
    (db, { id }) => rows(db).where(key.id, id).select(`${key.value} as value`),
    { isKept },
  );
  return { selectAlong, selectPlace };
}

function alongBy(
  { selectAlong, selectPlace }: ReturnType<typeof statementsAlong>,
  key: IndexKey,
  db: Reader,
  among?: number[],
): Along {
  const select = async ({ nulls, descending, from, part }: Stretch, limit: number): Promise<number[]> => {
    const form = { nulls, descending, part, isFromStart: from === undefined, isAmongSome: among !== undefined };
    const values = { value: from?.value ?? null, id: from?.id ?? 0, among: among ?? [], limit };
    const [{ ids }] = await selectAlong(db, form, values);
    return JSON.parse(ids);
  };
  return {
    isNullable: key.isNullable,
    async read(stretch, limit) {
      const { nulls, from } = stretch;
      if (among?.length === 0 || !isPlace(key, from?.value)) return [];
      if (!from || nulls || among || !passesByAlike(db)) return select(stretch, limit);
      const alike = await select({ ...stretch, part: 'alike' }, limit);
      if (alike.length === limit) return alike;
      return [...alike, ...(await select({ ...stretch, part: 'beyond' }, limit - alike.length))];
    },
    async placeOf(id) {
      const [{ value }] = await selectPlace(db, { id });
      return { value, id };
    },
  };
}

/** Cursors come in addresses, and say what anybody wrote there. */
function isPlace({ most }: IndexKey, value: Cursor['value'] | undefined): boolean {
  if (most === undefined || value === null || value === undefined) return true;
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
}

/**
 * Those who are meant of all, along a sort: few are sorted by themselves, of more the index of the sort is walked. Where they lie far from
 * where a page begins, an order that is kept tells which few come into question.
 */
export function meantAlong(
  meant: Pick<Selection<never>, 'total' | 'has' | 'ids'>,
  all: number,
  along: (among?: number[]) => Along,
  keepable?: Keepable,
): Source<number> {
  const readKept: Source<number>['readKept'] = (stretch, limit) => {
    const first = keepable?.kept()?.firstAmong(meant, stretch, limit);
    return first && along(first).read(stretch, limit);
  };
  // To sort the few takes a look at each; to walk past all others takes the longer the fewer are meant.
  if (meant.total ** 2 <= WORTH_SORTING * all) {
    const few = along(meant.ids());
    if (!keepable || meant.total < keepable.worthIt) return few;
    return { ...few, read: (stretch, limit) => readKept(stretch, limit) ?? few.read(stretch, limit) };
  }
  return {
    ...along(),
    keepMeant: (ids) => ids.filter((id) => meant.has(id)),
    readKept,
    worthIt: keepable?.worthIt,
    readSorted(stretch, limit) {
      void keepable?.want();
      return meant.total <= MOST_SORTED ? sortedInParts(meant.ids, along)(stretch, limit) : undefined;
    },
    density: meant.total / all,
  };
}

function sortedInParts(ids: () => number[], along: (among: number[]) => Along): Along['read'] {
  return async (stretch, limit) => {
    let rest = ids();
    const first: number[] = [];
    while (rest.length > SORTED_AT_ONCE) {
      first.push(...(await along(rest.slice(0, SORTED_AT_ONCE)).read(stretch, limit)));
      rest = rest.slice(SORTED_AT_ONCE);
      await breathe();
    }
    return along([...first, ...rest]).read(stretch, limit);
  };
}

/** Those who are meant along their names, the best matches of a search first: lists of which one follows another. */
export function meantByRank(
  ranks: Rank[],
  typed: Sought,
  all: number,
  along: (among?: number[]) => Along,
  keepable?: Keepable,
): Source<number>[] {
  return ranks.map(({ meant, isBegun }) => ({
    ...meantAlong(meant, all, along, keepable),
    between: isBegun ? keysOfBegun(typed) : undefined,
  }));
}

/** Those who are meant while nothing can be counted yet: who it is is judged for those alone that are walked past, and of a rare filter only what is found soon. */
export function meantSoon(
  along: Along,
  judge: (ids: number[]) => Promise<{ has(id: number): boolean }>,
): Source<number> {
  return {
    ...along,
    most: LOOKED_AT,
    async keepMeant(ids) {
      const meant = await judge(ids);
      return ids.filter((id) => meant.has(id));
    },
  };
}
