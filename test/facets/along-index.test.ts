import { expect, it } from '@jest/globals';
import type { Stretch } from '../../src/db/keyset.ts';
import { meantAlong } from '../../src/facets/orders/along-index.ts';
import { readPage } from '../../src/lists/keyset-page.ts';

const ALL = 1_000_000;

/** Ids in an order that is not theirs. */
const placed = (id: number) => (id * 7_919) % 1_000_003;

function alongValues(sorted: number[]) {
  return (among?: number[]) => ({
    async read({ descending, from }: Stretch, limit: number) {
      if (!among) return walked({ descending, from }, limit);
      sorted.push(among.length);
      const ids = among.toSorted((a, b) => (placed(a) - placed(b)) * (descending ? -1 : 1));
      const isAhead = (id: number) =>
        descending ? placed(id) < Number(from!.value) : placed(id) > Number(from!.value);
      return ids.filter((id) => !from || isAhead(id)).slice(0, limit);
    },
    placeOf: (id: number) => ({ value: placed(id), id }),
  });
}

const byValue = Array.from({ length: ALL }, (_, n) => n + 1).toSorted((a, b) => placed(a) - placed(b));

function walked({ descending, from }: Pick<Stretch, 'descending' | 'from'>, limit: number): number[] {
  const rows = descending ? byValue.toReversed() : byValue;
  const start = from ? rows.indexOf(from.id) + 1 : 0;
  return rows.slice(start, start + limit);
}

it('sorts those who lie far from where a page begins in parts, and finds the same ones', async () => {
  // All that are meant have high values, so that none is found soon.
  const meant = byValue.slice(ALL - 30_000);
  const set = new Set(meant);
  const sorted: number[] = [];
  const selection = {
    total: meant.length,
    has: (id: number) => set.has(id),
    ids: () => [...set].sort((a, b) => a - b),
  };
  const source = meantAlong(selection, ALL, alongValues(sorted));
  const first = await readPage({ per: 50, descending: false }, source);
  expect(first.rows).toEqual(meant.slice(0, 50));
  const second = await readPage({ per: 50, descending: false, after: first.next }, source);
  expect(second.rows).toEqual(meant.slice(50, 100));
  expect(sorted.length).toBeGreaterThan(1);
  expect(Math.max(...sorted)).toBeLessThan(11_000);
});
