import type { Source } from '../../lists/keyset-page.ts';
import type { Selection } from '../facet-index.ts';

/** Where in an order those stand that have one of the values. */
export interface Place {
  value: string | number;
  values: number[];
}

/** Those who are meant along places, in memory: of few values each has many, which stand by their ids. */
export function alongPlaces<F extends string>(selection: Selection<F>, facet: F, places: Place[]): Source<number> {
  const found = new Map<number, Place['value']>();
  const ordered = places.toSorted((a, b) => compared(a.value, b.value));
  return {
    async read({ descending, from }, limit) {
      found.clear();
      const sign = descending ? -1 : 1;
      for (const { value, values } of descending ? ordered.toReversed() : ordered) {
        const past = from === undefined ? 1 : compared(value, from.value!) * sign;
        if (past < 0) continue;
        if (found.size === limit) break;
        const ids = selection
          .having(facet, values)
          .first(limit - found.size, descending, past > 0 ? undefined : from!.id);
        for (const id of ids) found.set(id, value);
      }
      return [...found.keys()];
    },
    placeOf: (id) => ({ value: found.get(id)!, id }),
  };
}

function compared<T extends string | number>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
