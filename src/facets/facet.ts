import type { BitSet } from './sets/bit-set.ts';
import { IdLists } from './sets/id-lists.ts';
import { IdSet } from './sets/id-set.ts';

/** One thing that a list is filtered by, with the ids that have each of its values. Values are whole numbers below 2³¹. */
export class Facet {
  private readonly sets = new Map<number, IdSet>();
  private readonly lists = new IdLists();
  /** Another one whenever somebody has other values. */
  version = 0;
  /** How many of those that are listed have each value. */
  private readonly sizes = new Map<number, number>();

  /** All that some id has, or had. */
  values(): number[] {
    return [...this.sets.keys()];
  }

  valuesOf(id: number): readonly number[] {
    return this.lists.of(id);
  }

  /** Whether these, distinct and in a fixed order, are others than an id has. */
  isOther(id: number, values: readonly number[]): boolean {
    const old = this.lists.of(id);
    return values.length !== old.length || values.some((value, n) => value !== old[n]);
  }

  /** The values, distinct and in a fixed order, that an id has from now on. */
  set(id: number, values: readonly number[]): void {
    const old = this.lists.of(id);
    for (const value of old) if (!values.includes(value)) this.sets.get(value)!.delete(id);
    for (const value of values) if (!old.includes(value)) this.setOf(value).add(id);
    this.lists.set(id, values);
    this.version++;
  }

  /** Counts the values of an id among those that are listed, or with -1 no longer. */
  list(id: number, by: 1 | -1): void {
    for (const value of this.lists.of(id)) this.sizes.set(value, (this.sizes.get(value) ?? 0) + by);
  }

  /** How many have the value, of those that are listed whatever is filtered. */
  sizeOf(value: number): number {
    return this.sizes.get(value) ?? 0;
  }

  /** The values that most of those have that are listed; of those alike the lowest. */
  largest(most: number, except: ReadonlySet<number>): number[] {
    const found: [value: number, size: number][] = [];
    // Called for each, and no pair is made: of most of tens of thousands nothing is kept.
    this.sizes.forEach((size, value) => {
      if (size === 0 || except.has(value)) return;
      if (found.length === most && size < (found.at(-1)?.[1] ?? Number.POSITIVE_INFINITY)) return;
      found.push([value, size]);
      if (found.length >= most) found.sort(largestFirst);
      if (found.length > most) found.pop();
    });
    return found.sort(largestFirst).map(([value]) => value);
  }

  /** Everything that has one of the values, taken into a set that has room for all already. */
  union(values: Iterable<number>, union: BitSet): BitSet {
    for (const value of values) this.sets.get(value)?.addTo(union);
    return union;
  }

  /** How many of a set have the value. */
  countIn(set: BitSet, value: number): number {
    return this.sets.get(value)?.countIn(set) ?? 0;
  }

  private setOf(value: number): IdSet {
    const found = this.sets.get(value);
    if (found) return found;
    const made = new IdSet();
    this.sets.set(value, made);
    return made;
  }
}

function largestFirst(a: [value: number, size: number], b: [value: number, size: number]): number {
  return b[1] - a[1] || a[0] - b[0];
}
