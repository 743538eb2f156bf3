/** A place in a list: after it one goes on. */
export interface Place {
  value: string | null;
  id: number;
}

/** The place of that row of a list, counted from 1. */
export interface Mark {
  row: number;
  place: Place;
}

/** How many there are, and in which state of a program's users that is so. */
export interface Counted {
  total: number;
  state: string;
}

const MOST_COUNTS = 1_000;
const MOST_LISTS = 20;
/** Of one list: of so few rows it is kept as a whole. */
export const MOST_PLACES = 1_000;

/** What was found out about lists before, which holds until something changes. It is in memory alone, and never more than some megabytes. */
export class ListsBefore {
  private readonly counts = new Map<string, Counted>();
  private readonly lists = new Map<string, KnownList>();

  total(name: string, state: string): number | undefined {
    const known = this.counts.get(name);
    return known?.state === state ? known.total : undefined;
  }

  putTotal(name: string, counted: Counted): void {
    putLast(this.counts, name, counted, MOST_COUNTS);
  }

  /** What is known of a list, to be added to. */
  list(name: string, state: string): KnownList {
    const known = this.lists.get(name);
    const list = known?.state === state ? known : new KnownList(state);
    putLast(this.lists, name, list, MOST_LISTS);
    return list;
  }
}

export class KnownList {
  readonly state: string;
  /** All of it. */
  whole?: Place[];
  private readonly places = new Map<number, Place>();

  constructor(state: string) {
    this.state = state;
  }

  /** The last mark up to that row, and the first after another. */
  around(from: number, to: number): { before?: Mark; after?: Mark } {
    let before: Mark | undefined;
    let after: Mark | undefined;
    for (const [row, place] of this.places) {
      if (row <= from && !(before && before.row > row)) before = { row, place };
      if (row > to && !(after && after.row < row)) after = { row, place };
    }
    return { before, after };
  }

  mark({ row, place }: Mark): void {
    putLast(this.places, row, place, MOST_PLACES);
  }
}

/** At the end of those that are kept; the one that was put longest ago goes. */
function putLast<K, T>(map: Map<K, T>, key: K, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  map.delete(oldest);
}
