import type { Stretch } from '../../db/keyset.ts';
import type { Cursor } from '../../lists/list-query.ts';
import type { Along } from './along.ts';

/** So many ids lie between two places that are known. */
const PER_MARK = 500;
/** Of more it would have to be looked at too often who of them is meant. */
const MOST_MOVED = 5_000;

/** Ids in the order that they had, and the place of every so-manieth of them, the last included. */
interface Part {
  ids: Uint32Array;
  marks: Cursor[];
}

const NONE: Part = { ids: new Uint32Array(0), marks: [] };

/**
 * An order of all records as it was read once. Whoever changed since stands anywhere in it, so that it tells of no list how it goes, but
 * among which few the first of those stand that are meant: to walk past a million of them in memory takes as long as past some
 * thousands in an index of the database.
 */
export class KeptOrder {
  private values = NONE;
  private nulls = NONE;
  private readonly moved = new Set<number>();
  /** Whether all of it was read. */
  isRead = false;

  /** Whoever changes from the first step on is to be told to it. `pause` comes after each step. */
  async read(along: Along, pause: () => Promise<unknown>): Promise<void> {
    this.values = await readPart(along, false, pause);
    if (along.isNullable) this.nulls = await readPart(along, true, pause);
    this.isRead = true;
  }

  move(id: number): void {
    this.moved.add(id);
  }

  get isWorn(): boolean {
    return this.moved.size > MOST_MOVED;
  }

  /** Ids among which so many stand that are the first of those meant in a stretch, in no order; undefined where the place is of no value in it. */
  firstAmong(meant: { has(id: number): boolean }, stretch: Stretch, wanted: number): number[] | undefined {
    const { nulls, descending, from } = stretch;
    const { ids, marks } = nulls ? this.nulls : this.values;
    if (from && marks.some(({ value }) => typeof value !== typeof from.value)) return undefined;
    const found = [...this.moved].filter((id) => meant.has(id));
    // Between two marks nobody knows where the place is: all of these come into question, and none of them counts.
    const mark = from ? firstAfter(marks, from) : -1;
    const unsure = { first: mark * PER_MARK, end: Math.min((mark + 1) * PER_MARK, ids.length) };
    const step = descending ? -1 : 1;
    let at = descending ? ids.length - 1 : 0;
    if (from) at = descending ? unsure.end - 1 : unsure.first;
    for (let sure = 0; sure < wanted && at >= 0 && at < ids.length; at += step) {
      const id = ids[at];
      if (!meant.has(id) || this.moved.has(id)) continue;
      found.push(id);
      if (!from || at < unsure.first || at >= unsure.end) sure++;
    }
    return found;
  }
}

async function readPart(along: Along, nulls: boolean, pause: () => Promise<unknown>): Promise<Part> {
  const [pieces, marks]: [number[][], Cursor[]] = [[], []];
  for (let from: Cursor | undefined; ; ) {
    const ids = await along.read({ nulls, descending: false, from }, PER_MARK);
    if (ids.length === 0) break;
    from = await along.placeOf(ids[ids.length - 1]);
    pieces.push(ids);
    marks.push(from);
    if (ids.length < PER_MARK) break;
    await pause();
  }
  const all = new Uint32Array(pieces.reduce((sum, ids) => sum + ids.length, 0));
  for (const [n, ids] of pieces.entries()) all.set(ids, n * PER_MARK);
  return { ids: all, marks };
}

/** Which of the marks is the first that does not stand before the place, or how many there are. */
function firstAfter(marks: Cursor[], place: Cursor): number {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(marks[middle], place)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As databases compare: texts by bytes, and by their ids those that are alike. */
function isBefore(one: Cursor, other: Cursor): boolean {
  const difference =
    typeof one.value === 'string'
      ? Buffer.compare(Buffer.from(one.value), Buffer.from(other.value as string))
      : Number(one.value) - Number(other.value);
  return difference < 0 || (difference === 0 && one.id < other.id);
}
