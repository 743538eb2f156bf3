import type { Application } from '../access/rights.ts';
import { may, type Viewer } from '../access/viewer.ts';
import type { Reader } from '../db/database.ts';
import type { FrozenSet } from '../facets/frozen-walk.ts';
import { CUT, isCutSearch, MOST_VALUES, type PageQuery, type Source } from '../lists/list-query.ts';
import type { Format } from '../text/format.ts';
import { isId } from '../text/record-id.ts';

export const KINDS = ['users', 'groups', 'contacts', 'audit', 'invitations'] as const;
export type KindName = (typeof KINDS)[number];

/** So many records are read at once: a page of somebody else has to wait for that several times. */
export const READ_AT_ONCE = 50;

/** What stands in one place of a file; moments in ISO 8601, days as YYYY-MM-DD. */
export type Cell = string | number | boolean | null | readonly string[] | Readonly<Record<string, unknown>>;

/** One line of a file: a record, or a part of one. */
export interface Line {
  id: number;
  cells: Cell[];
}

export interface Column {
  /** In JSON and in forms. Files that were made once are read by it, so it stays as it is; so does the label. */
  key: string;
  /** At the head of the column in CSV; of moments it says that they are in UTC. */
  label: string;
  /** Whether the list shows it, so that it is ticked at first. */
  isListed?: boolean;
  /** Only for who may read that as well. */
  needs?: Application;
}

/** Which records are meant: all of a view, as the address of the list says it after the question mark, or some of them. */
export type Meant = { view: string } | { ids: number[] };

/** Records of one kind as they can be exported, from such sources and for such viewers. */
export interface ExportKind<Sources, Seer extends Viewer> {
  name: KindName;
  /** What a record is called, in the singular. */
  noun: string;
  /** Who may read that may export them. */
  application: Application;
  columns: readonly Column[];
  /** The address of the list with exactly this view: what else an address says is left out. */
  viewPath(view: string): string;
  /** The columns that somebody's own list shows, where they choose them. */
  listedIn?(view: string, listColumns: Record<string, unknown>): readonly string[];
  /** What of a view nobody knows, a sentence each: it would mean nobody, or all of them. */
  problemsIn(db: Reader, view: string, viewer: Viewer): Promise<string[]>;
  /** Those that a view means at this moment, in its order. Days are those of the reader. */
  freeze(sources: Sources, viewer: Seer, view: string, format: Format): Promise<FrozenSet>;
  /** These records as they are now, in their order, as far as the viewer may see them. */
  read(sources: Sources, viewer: Seer, ids: number[], columns: ReadonlySet<string>): AsyncIterable<Line[]>;
}

/** A column with what of a record stands in it. */
export interface ColumnOf<Item> extends Column {
  of(item: Item): Cell;
}

/** What the columns say of records, in the order of the columns. */
export function linesOf<Item>(
  columns: readonly ColumnOf<Item>[],
  chosen: ReadonlySet<string>,
  items: readonly Item[],
  idOf: (item: Item) => number,
): Line[] {
  const those = columns.filter(({ key }) => chosen.has(key));
  return items.map((item) => ({ id: idOf(item), cells: those.map((column) => column.of(item)) }));
}

/** What this viewer may have of the columns. */
export function columnsFor({ columns }: { columns: readonly Column[] }, viewer: Viewer): Column[] {
  return columns.filter(({ needs }) => needs === undefined || may(viewer, needs, 'read'));
}

/** What the files say of somebody who is named by an id. */
export type Names = ReadonlyMap<number, string>;
export const nameIn = (names: Names, id: number | null): string | null =>
  id === null ? null : (names.get(id) ?? null);

/** What a filter knows: words of the program, or what a look into the database tells. */
export type Known = readonly string[] | ((db: Reader, value: string) => Promise<boolean>);

/** The ids of all rows of a table. */
export function anyOf(table: 'tags' | 'groups' | 'contacts'): Known {
  return (db, value) => isIdIn(db, table, value);
}

export async function isIdIn(db: Reader, table: string, value: string): Promise<boolean> {
  return isId(value) && (await db(table).where('id', Number(value)).first('id')) !== undefined;
}

/**
 * What nobody knows of a view, a sentence each: filters that the list does not have, or that are withheld from who asks, values and orders.
 * A person would see on the list that it means nobody; a program would not.
 */
export async function unknownIn(
  db: Reader,
  source: Source,
  {
    query,
    known,
    withheld = {},
  }: { query: PageQuery; known: Record<string, Known>; withheld?: Record<string, string> },
): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(source)) {
    const values = [value].flat().map(String);
    const isOne = values.length === 1;
    if (name === 'q') {
      // An address may be looked for without what stood around it.
      const isCut = isCutSearch(query.q) || (query.q.endsWith(CUT) && values[0].trim() !== query.q);
      if (!isOne || isCut) problems.push('The search is too long, or said twice.');
    } else if (name === 'sort') {
      if (!isOne || values[0].replace(/^-/, '') !== query.sort) problems.push(`There is no order ${values.join()}.`);
    } else if (Object.hasOwn(withheld, name)) problems.push(withheld[name]);
    else if (!Object.hasOwn(known, name)) problems.push(`There is no filter ${name}.`);
    else if (values.length > MOST_VALUES) problems.push(`At most ${MOST_VALUES} can be said of ${name}.`);
    else
      for (const one of values)
        if (!(await isKnown(db, known[name], one))) problems.push(`There is no ${name} "${one}".`);
  }
  return problems;
}

async function isKnown(db: Reader, known: Known, value: string): Promise<boolean> {
  return typeof known === 'function' ? known(db, value) : known.includes(value);
}
