import type { Stretch } from '../db/keyset.ts';
import { breathe } from '../process/giving-way.ts';
import type { Cursor, PageQuery } from './list-query.ts';

/** Which page of a sorted list is meant. */
export type PageMeant = Pick<PageQuery, 'after' | 'before' | 'per' | 'descending'>;

export interface Page<T> {
  rows: T[];
  /** Cursors of the pages before and after, where there are any. */
  previous?: Cursor;
  next?: Cursor;
}

/** Where the rows of a list come from. */
export interface Source<T> {
  /** The first rows of a stretch, in its order; fewer only where it ends. */
  read(stretch: Stretch, limit: number): Promise<T[]>;
  placeOf(row: T): Cursor | Promise<Cursor>;
  /** Whether some rows have no value to be sorted by. They come last in either direction. */
  isNullable?: boolean;
  /** Where more is read than is meant: what of it is, in the same order. */
  keepMeant?(rows: T[]): T[] | Promise<T[]>;
  /** About which part of all that is read is meant, so that a step is about as long as it has to be. */
  density?: number;
  /** Where more is read than is meant: only those that are, by an order that is kept; undefined where it is not. */
  readKept?(stretch: Stretch, limit: number): Promise<T[]> | undefined;
  /** Where it is thought that so many rows would have to be walked past, that is done to begin with. */
  worthIt?: number;
  /** The same, sorted by themselves, for when they turn out to lie far from where it begins; undefined where they are too many. */
  readSorted?(stretch: Stretch, limit: number): Promise<T[]> | undefined;
  /** Where all that are meant stand, none of them without a value. */
  between?: { first: string; last: string };
  /** So many are looked at for those that are meant, and then it is left at those that were found. */
  most?: number;
}

const LARGEST_STEP = 50_000;
/** So many rows are walked past before those that are meant are found otherwise, where that can be done. */
const PATIENCE = 10_000;

/** One page of a sorted list, from its cursor on, in whichever direction that is read. */
export function readPage<T>(page: PageMeant, source: Source<T>): Promise<Page<T>> {
  return readRankedPage(page, [source]);
}

/** The same of several lists of which one follows another: a cursor then tells in which it stands. */
export async function readRankedPage<T>(page: PageMeant, sources: Source<T>[]): Promise<Page<T>> {
  const backwards = page.before !== undefined && page.after === undefined;
  const cursor = page.after ?? page.before;
  const descending = page.descending !== backwards;
  const last = sources.length - 1;
  const cursorRank = cursor && Math.max(0, Math.min(cursor.rank ?? last, last));
  // One more than it holds: it tells whether there is another page.
  const wanted = page.per + 1;
  const found: { row: T; rank: number }[] = [];
  for (const rank of ranksAhead(sources.length, cursorRank, backwards)) {
    const source = sources[rank];
    const here = rank === cursorRank ? cursor : undefined;
    for (const nulls of partsOf(source, here, backwards)) {
      const from = here && (here.value === null) === nulls ? here : undefined;
      const rows = await readMeant(source, { nulls, descending, from }, wanted - found.length);
      for (const row of rows) found.push({ row, rank });
      if (found.length === wanted) break;
    }
    if (found.length === wanted) break;
  }
  const isMore = found.length === wanted;
  const rows = found.slice(0, page.per);
  if (backwards) rows.reverse();
  const cursorOf = async ({ row, rank }: { row: T; rank: number }) => {
    const place = await sources[rank].placeOf(row);
    return sources.length === 1 ? place : { ...place, rank };
  };
  const [first, end] = [rows.at(0), rows.at(-1)];
  const hasPrevious = backwards ? isMore : cursor !== undefined;
  const hasNext = backwards || isMore;
  return {
    rows: rows.map(({ row }) => row),
    previous: first !== undefined && hasPrevious ? await cursorOf(first) : undefined,
    next: end !== undefined && hasNext ? await cursorOf(end) : undefined,
  };
}

/** From the one that the cursor stands in, in the order of reading. */
function ranksAhead(number: number, cursorRank: number | undefined, backwards: boolean): number[] {
  const ranks = Array.from({ length: number }, (_, rank) => rank);
  if (backwards) ranks.reverse();
  return cursorRank === undefined ? ranks : ranks.slice(ranks.indexOf(cursorRank));
}

/** So many rows of a stretch that are meant. Where fewer of those read are than was thought, it takes longer and longer steps, with pauses in between. */
async function readMeant<T>(source: Source<T>, stretch: Stretch, wanted: number): Promise<T[]> {
  const { keepMeant, density = 1, most = Number.POSITIVE_INFINITY, worthIt = Number.POSITIVE_INFINITY } = source;
  if (!keepMeant) return source.read(stretch, wanted);
  const found: T[] = [];
  let from = stretch.from ?? beginningOf(source, stretch);
  let seen = 0;
  let isOnlyWalked = false;
  const expected = (wanted * 1.3) / density;
  if (expected > worthIt) {
    const kept = await source.readKept?.({ ...stretch, from }, wanted);
    if (kept) return kept;
  }
  let step = Math.min(Math.ceil(expected), PATIENCE);
  while (found.length < wanted && seen < most) {
    const rows = await source.read({ ...stretch, from }, step);
    seen += rows.length;
    found.push(...(await keepMeant(rows)).slice(0, wanted - found.length));
    if (rows.length < step) break;
    if (found.length < wanted) from = await source.placeOf(rows[rows.length - 1]);
    if (isPast(source, stretch, from)) break;
    if (seen >= PATIENCE && found.length < wanted && !isOnlyWalked) {
      const rest = await readOtherwise(source, { ...stretch, from }, wanted - found.length);
      if (rest) return [...found, ...rest];
      isOnlyWalked = true;
    }
    step = Math.min(step * 4, isOnlyWalked ? LARGEST_STEP : PATIENCE);
    await breathe();
  }
  return found;
}

function readOtherwise<T>(source: Source<T>, stretch: Stretch, wanted: number): Promise<T[]> | undefined {
  return source.readKept?.(stretch, wanted) ?? source.readSorted?.(stretch, wanted);
}

function beginningOf<T>({ between }: Source<T>, { descending }: Stretch): Cursor | undefined {
  if (!between) return undefined;
  return descending ? { value: between.last, id: Number.MAX_SAFE_INTEGER } : { value: between.first, id: 0 };
}

/** As databases compare: by bytes. */
function isPast<T>({ between }: Source<T>, { descending }: Stretch, place: Cursor | undefined): boolean {
  if (!between || typeof place?.value !== 'string') return false;
  const [value, first, last] = [place.value, between.first, between.last].map((text) => Buffer.from(text));
  return descending ? value.compare(first) < 0 : value.compare(last) > 0;
}

/** Which parts of the list lie ahead of the cursor, in the order of reading: those with a value, those without. */
function partsOf({ isNullable }: { isNullable?: boolean }, cursor: Cursor | undefined, backwards: boolean): boolean[] {
  if (!isNullable) return [false];
  const parts = backwards ? [true, false] : [false, true];
  return cursor ? parts.slice(parts.indexOf(cursor.value === null)) : parts;
}
