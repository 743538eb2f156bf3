import { Facet } from './facet.ts';
import { BitSet } from './sets/bit-set.ts';

/** So many answers are kept until something changes. */
const KEPT = 16;
const TOTALS_KEPT = 1_000;
/** So many of the largest values may be excepted before all are looked at. */
const SPARE = 20;
const NONE: ReadonlySet<number> = new Set();

/** Which ids are meant. Within a facet any of the values matches, between facets all must; one without values does not restrict. */
export interface FacetFilter<F extends string> {
  values: Partial<Record<F, readonly number[]>>;
  /** Further values, of a facet or of what is none, whose sets are made when they are asked for. */
  derived?: Readonly<Record<string, readonly Within[]>>;
  within?: Within;
}

/** Those of this set, which its name tells from every other one of the same version. */
export interface Within {
  readonly name: string;
  readonly set: BitSet;
}

/** The set is made only where no answer is kept. */
export function lazily(name: string, make: () => BitSet): Within {
  let made: BitSet | undefined;
  return {
    name,
    get set() {
      made ??= make();
      return made;
    },
  };
}

/** Those who are meant, and for each facet how many every value would leave under the filters of the others. */
export interface Selection<F extends string> {
  /** Of the data that it was made from. */
  version: number;
  total: number;
  /** Not to be changed. */
  set: BitSet;
  has(id: number): boolean;
  /** Ascending. */
  ids(): number[];
  /** Those of them who have one of the values. Like the next to be asked at once: it looks at the data as they are. */
  having(facet: F, values: readonly number[]): BitSet;
  count(facet: F, value: number): number;
  /** The same of a value whose set is made. */
  countDerived(facet: string, value: Within): number;
}

/** A value as a sidebar shows it. */
export interface Counted {
  count: number;
  /** How many have it that are listed, whatever is filtered. The sidebar goes by this: an order that followed the filters would move its lines under the pointer. */
  size: number;
}

/** What lists are filtered by, in memory: exact counts of every value under all other filters would otherwise read everything on each page. */
export class FacetIndex<F extends string> {
  /** Another one with every change. */
  version = 0;
  private readonly facets: Record<F, Facet>;
  private readonly names: readonly F[];
  /** How many ids there are. */
  number = 0;
  private readonly everybody = new BitSet();
  private readonly listed = new BitSet();
  private listedNumber = 0;
  private kept = new Map<string, Selection<F>>();
  private totals = new Map<string, number>();
  /** By facet and values, whether exactly those who are listed have one of them. */
  private leaving = new Map<string, boolean>();
  private keptLargest = new Map<F, { looked: number; values: number[] }>();

  constructor(facets: readonly F[] = []) {
    this.names = facets;
    this.facets = Object.fromEntries(facets.map((name) => [name, new Facet()])) as Record<F, Facet>;
  }

  /** The values that an id has from now on, of facets that are left out those of before, and whether it counts for the sizes of values. */
  set(id: number, isListed: boolean, values: Partial<Record<F, readonly number[]>>): void {
    const wasListed = this.listed.has(id);
    let isChanged = wasListed !== isListed;
    for (const name of this.names) {
      const facet = this.facets[name];
      const next = values[name];
      const isOther = next !== undefined && facet.isOther(id, next);
      // Mostly one thing changes of somebody, and all others would be counted out and in again.
      if (!isOther && wasListed === isListed) continue;
      if (wasListed) facet.list(id, -1);
      if (isOther) facet.set(id, next);
      if (isListed) facet.list(id, 1);
      isChanged = true;
    }
    if (!this.everybody.has(id)) this.number++;
    this.everybody.add(id);
    if (wasListed !== isListed) this.listedNumber += isListed ? 1 : -1;
    if (isListed) this.listed.add(id);
    else this.listed.delete(id);
    if (isChanged) this.touch();
  }

  /** Ends what is kept: something changed that answers were made from. */
  touch(): void {
    this.version++;
    // A map that is cleared is given a new table, which the old one holds: once that lies in the old generation they stay in one long row, with
    // all the sets in them, until everything is tidied.
    if (this.kept.size > 0) this.kept = new Map();
    if (this.totals.size > 0) this.totals = new Map();
    if (this.leaving.size > 0) this.leaving = new Map();
    if (this.keptLargest.size > 0) this.keptLargest = new Map();
  }

  /** All values that somebody has, or had. */
  valuesIn(facet: F): number[] {
    return this.facets[facet].values();
  }

  /** Those that some of a selection have, or would have without the filter of their own: those of the largest size first. */
  valuesOfSelected(facet: F, selection: Selection<F>, sizeOf = (value: number) => this.sizeOf(facet, value)): number[] {
    const values = this.valuesIn(facet).filter((value) => selection.count(facet, value) > 0);
    return values.sort((a, b) => sizeOf(b) - sizeOf(a) || a - b);
  }

  valuesOf(facet: F, id: number): readonly number[] {
    return this.facets[facet].valuesOf(id);
  }

  /** How many have the value, whatever is filtered. */
  sizeOf(facet: F, value: number): number {
    return this.facets[facet].sizeOf(value);
  }

  /** Kept until something changes as long as few of them are excepted: a look at the sizes of all takes as long as the rest of a page. */
  largest(facet: F, most: number, except: ReadonlySet<number>): number[] {
    const looked = most + SPARE;
    const kept = this.keptLargest.get(facet);
    const candidates = kept?.looked === looked ? kept.values : this.facets[facet].largest(looked, NONE);
    this.keptLargest.set(facet, { looked, values: candidates });
    const found = candidates.filter((value) => !except.has(value)).slice(0, most);
    return found.length === most || candidates.length < looked ? found : this.facets[facet].largest(most, except);
  }

  isListed(id: number): boolean {
    return this.listed.has(id);
  }

  /** It has room for all of them from the beginning: one that grows is made anew some times. */
  union(facet: F, values: readonly number[]): BitSet {
    return this.facets[facet].union(values, BitSet.upTo(this.everybody.end));
  }

  /** The same of those that are listed. */
  listedUnion(facet: F, values: readonly number[]): BitSet {
    return this.union(facet, values).intersect(this.listed);
  }

  /** How many of a set have the value. */
  countIn(set: BitSet, facet: F, value: number): number {
    return this.facets[facet].countIn(set, value);
  }

  /** Another one whenever somebody has other values of the facet, or there is somebody else. */
  versionOf(facet: F): string {
    return `${this.facets[facet].version} ${this.number}`;
  }

  /** Everybody who is not in the set, which becomes that. */
  others(set: BitSet): BitSet {
    return this.everybody.copy().subtract(set);
  }

  select(filter: FacetFilter<F>): Selection<F> {
    const key = nameOf(filter);
    const kept = this.kept.get(key);
    if (kept) return kept;
    const made = this.made(filter);
    this.kept.set(key, made);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
    return made;
  }

  /** Whether nothing was counted since something changed. */
  get isUncounted(): boolean {
    return this.totals.size === 0;
  }

  /** How many are meant, kept for longer than whole answers: many such numbers may stand on a page. */
  total(filter: FacetFilter<F>): number {
    const key = nameOf(filter);
    const total = this.totals.get(key) ?? this.kept.get(key)?.total ?? this.known(filter) ?? this.made(filter).total;
    this.totals.set(key, total);
    if (this.totals.size > TOTALS_KEPT) this.totals.delete(this.totals.keys().next().value!);
    return total;
  }

  /** The total where the filters leave of those who are listed all, or those with a value: that is counted already. */
  private known(filter: FacetFilter<F>): number | undefined {
    const { within, derived = {} } = filter;
    if (within || Object.values(derived).some((chosen) => chosen.length > 0)) return undefined;
    const restricting = restrictingIn(filter);
    const others = restricting.filter(([facet, values]) => !this.leavesListed(facet, values));
    if (others.length === restricting.length || others.length > 1) return undefined;
    if (others.length === 0) return this.listedNumber;
    const [[facet, values]] = others;
    return values.length === 1 ? this.sizeOf(facet, values[0]) : undefined;
  }

  private leavesListed(facet: F, values: readonly number[]): boolean {
    // Where fewer have them than are listed it need not be looked who: a page asks it of each of its views.
    const most = values.reduce((sum, value) => sum + this.sizeOf(facet, value), 0);
    if (most < this.listedNumber) return false;
    const key = `${facet} ${values}`;
    const known = this.leaving.get(key) ?? this.union(facet, values).equals(this.listed);
    this.leaving.set(key, known);
    return known;
  }

  private made(filter: FacetFilter<F>): Selection<F> {
    const { derived = {}, within } = filter;
    const restricting = restrictingIn(filter);
    const sets = new Map<string, BitSet>(restricting.map(([facet, chosen]) => [facet, this.union(facet, chosen)]));
    for (const [facet, chosen] of Object.entries(derived))
      for (const { set } of chosen) sets.set(facet, (sets.get(facet) ?? BitSet.upTo(this.everybody.end)).unite(set));
    const isOfListed = this.known(filter) !== undefined && restricting.length === 1;
    const selected = this.among(sets, within?.set) ?? this.everybody.copy();
    const bases = new Map<string, BitSet>();
    const counts = new Map<string, number>();
    /** What the filters of all other facets leave. */
    const baseOf = (facet: string) => {
      if (!sets.has(facet)) return selected;
      const others = new Map(sets);
      others.delete(facet);
      const base = bases.get(facet) ?? this.among(others, within?.set) ?? this.everybody;
      bases.set(facet, base);
      return base;
    };
    return {
      version: this.version,
      total: selected.count(),
      set: selected,
      has: (id) => selected.has(id),
      ids: () => selected.ids(),
      having: (facet, values) => this.union(facet, values).intersect(selected),
      count: (facet, value) => {
        const key = `${facet} ${value}`;
        const isCounted = isOfListed && !sets.has(facet);
        const count =
          counts.get(key) ?? (isCounted ? this.sizeOf(facet, value) : this.facets[facet].countIn(baseOf(facet), value));
        counts.set(key, count);
        return count;
      },
      countDerived: (facet, derived) => {
        const key = `${facet} ${derived.name}`;
        // Its set is made only where the count is not known.
        const count = counts.get(key) ?? baseOf(facet).countBoth(derived.set);
        counts.set(key, count);
        return count;
      },
    };
  }

  /** Who is in all of these. One set alone is that itself: it was made for this. Undefined where nothing restricts. */
  private among(sets: Map<string, BitSet>, within: BitSet | undefined): BitSet | undefined {
    const all = [...sets.values()];
    if (!within && all.length < 2) return all[0];
    const among = (within ?? all[0]).copy();
    for (const set of within ? all : all.slice(1)) among.intersect(set);
    return among;
  }
}

function restrictingIn<F extends string>({ values }: FacetFilter<F>): [F, readonly number[]][] {
  return (Object.entries(values) as [F, readonly number[]][]).filter(([, chosen]) => chosen.length > 0);
}

function nameOf<F extends string>({ values, derived = {}, within }: FacetFilter<F>): string {
  const made = Object.entries(derived).map(([facet, chosen]) => [facet, chosen.map(({ name }) => name)]);
  return JSON.stringify([values, made, within?.name]);
}
