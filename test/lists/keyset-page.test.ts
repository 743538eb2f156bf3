import { describe, expect, it } from '@jest/globals';
import type { Stretch } from '../../src/db/keyset.ts';
import { readPage, type Source } from '../../src/lists/keyset-page.ts';
import { Turns } from '../support/turns.ts';

const MANY = 100_000;

/** The numbers up to many in their order, and how many of them were looked at; of some it knows where they lie. */
function numbersWith(isMeant: (number: number) => boolean, all = Array.from({ length: MANY }, (_, n) => n + 1)) {
  const meant = all.filter(isMeant);
  const looked = { walked: 0, sorted: 0 };
  const reading =
    (numbers: number[], count: (number: number) => void) =>
    async ({ descending, from }: Stretch, limit: number) => {
      const ordered = descending ? numbers.toReversed() : numbers;
      const start = from ? ordered.findIndex((one) => (descending ? one < from.id : one > from.id)) : 0;
      const rows = start < 0 ? [] : ordered.slice(start, start + limit);
      count(rows.length);
      return rows;
    };
  const source: Source<number> = {
    read: reading(all, (number) => {
      looked.walked += number;
    }),
    readSorted: reading(meant, (number) => {
      looked.sorted += number;
    }),
    placeOf: (id) => ({ value: id, id }),
    keepMeant: (rows) => rows.filter(isMeant),
    density: meant.length / MANY,
  };
  return { source, meant, looked };
}

describe('a page of a few among many', () => {
  it.each([
    ['spread evenly', (number: number) => number % 50 === 0],
    ['at the end', (number: number) => number > MANY - 2_000],
    ['at both ends', (number: number) => number <= 30 || number > MANY - 2_000],
    ['in the middle', (number: number) => number > 40_000 && number <= 42_000],
  ])('is the same wherever they lie: %s', async (_, isMeant) => {
    for (const descending of [false, true]) {
      const { source, meant } = numbersWith(isMeant);
      const expected = descending ? meant.toReversed() : meant;
      const query = { per: 25, descending };
      const first = await readPage(query, source);
      expect(first.rows).toEqual(expected.slice(0, 25));
      const second = await readPage({ ...query, after: first.next }, source);
      expect(second.rows).toEqual(expected.slice(25, 50));
      expect((await readPage({ ...query, before: second.previous }, source)).rows).toEqual(first.rows);
    }
  });

  it('lets others have their turn where it is not found soon', async () => {
    const { source, meant } = numbersWith((number) => number > MANY - 2_000);
    const turns = new Turns();
    const { rows } = await readPage({ per: 25, descending: false }, { ...source, readSorted: undefined });
    turns.stop();
    expect(turns.number).toBeGreaterThan(0);
    expect(rows).toEqual(meant.slice(0, 25));
  });

  it('is no walk past all others', async () => {
    const { source, looked } = numbersWith((number) => number > MANY - 2_000);
    await readPage({ per: 25, descending: false }, source);
    expect(looked.walked).toBeLessThan(MANY / 2);
    expect(looked.sorted).toBe(26);
    const even = numbersWith((number) => number % 50 === 0);
    await readPage({ per: 25, descending: false }, even.source);
    expect(even.looked.walked).toBeLessThan(2_000);
    expect(even.looked.sorted).toBe(0);
  });
});
