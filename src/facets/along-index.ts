import type { Knex } from 'knex';
import type { Reader } from '../db/database.ts';
import { idsAsJson, whereIdIn } from '../db/ids.ts';
import { type Stretch, whereAlong } from '../db/keyset.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import type { Source } from '../lists/keyset-page.ts';
import type { Cursor } from '../lists/list-query.ts';
import { breathe } from '../process/giving-way.ts';
import { keysOfBegun } from '../text/sort-key.ts';
import type { Selection } from './facet-index.ts';
import type { Rank } from './ranks.ts';

/** Ids along a sort: all of them, or only some. */
export type Along = Pick<Source<number>, 'read' | 'placeOf' | 'isNullable'>;

/** What an index of a table goes by, and whose the ids are. */
interface IndexKey {
  value: string;
  id: string;
  isNullable?: boolean;
  /** Where the values are whole numbers from 0 on: up to which. A database need not know how to compare others with them. */
  most?: number;
}

type Form = Pick<Stretch, 'nulls' | 'descending'> & { isFromStart: boolean; isAmongSome: boolean };
type Values = { value: Cursor['value']; id: number; among: number[]; limit: number };

/** How many rows of the index of a sort are walked past in the time in which the square root of them is sorted. */
const WORTH_SORTING = 50;

/** So many are sorted at the most, when a walk has not found enough of them soon. */
const MOST_SORTED = 40_000;

/** So many are sorted at once; of more, the first of each part are, and then those together. */
const SORTED_AT_ONCE = 10_000;

/** So many are looked at while nothing can be counted: they are read for this page alone. */
const LOOKED_AT = 2_000;

/** A sort that an index has: the rows that are in it, along value and id. */
export function alongIndex(
  rows: (db: Reader) => Knex.QueryBuilder,
  key: IndexKey,
): (db: Reader, among?: number[]) => Along {
  const selectAlong = preparedInForms<Form, Values, { ids: string }>((db, form, { value, id, among, limit }) => {
    const query = rows(db).select(`${key.id} as id`).limit(limit);
    if (form.isAmongSome) whereIdIn(query, key.id, among);
    const { nulls, descending } = form;
    return idsAsJson(
      db,
      whereAlong(query, key, { nulls, descending, from: form.isFromStart ? undefined : { value, id } }),
    );
  });
  const selectPlace = prepared<{ id: number }, Pick<Cursor, 'value'>>((db, { id }) =>
    rows(db).where(key.id, id).select(`${key.value} as value`),
  );
  return (db, among) => ({
    isNullable: key.isNullable,
    async read({ nulls, descending, from }, limit) {
      if (among?.length === 0 || !isPlace(key, from?.value)) return [];
      const form = { nulls, descending, isFromStart: from === undefined, isAmongSome: among !== undefined };
      const values = { value: from?.value ?? null, id: from?.id ?? 0, among: among ?? [], limit };
      const [{ ids }] = await selectAlong(db, form, values);
      return JSON.parse(ids);
    },
    async placeOf(id) {
      const [{ value }] = await selectPlace(db, { id });
      return { value, id };
    },
  });
}

/** Cursors come in addresses, and say what anybody wrote there. */
function isPlace({ most }: IndexKey, value: Cursor['value'] | undefined): boolean {
  if (most === undefined || value === null || value === undefined) return true;
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
}

/** Those who are meant of all, along a sort: few are sorted by themselves, of more the index of the sort is walked. */
export function meantAlong(
  meant: Pick<Selection<never>, 'total' | 'has' | 'ids'>,
  all: number,
  along: (among?: number[]) => Along,
): Source<number> {
  // To sort the few takes a look at each; to walk past all others takes the longer the fewer are meant.
  const among = meant.total ** 2 <= WORTH_SORTING * all ? meant.ids() : undefined;
  if (among) return along(among);
  return {
    ...along(),
    keepMeant: (ids) => ids.filter((id) => meant.has(id)),
    readSorted: meant.total <= MOST_SORTED ? sortedInParts(meant.ids, along) : undefined,
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
  term: string,
  all: number,
  along: (among?: number[]) => Along,
): Source<number>[] {
  return ranks.map(({ meant, isBegun }) => ({
    ...meantAlong(meant, all, along),
    between: isBegun ? keysOfBegun(term) : undefined,
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
