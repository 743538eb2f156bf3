import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { FacetIndex } from '../../src/facets/facet-index.ts';
import { BitSet } from '../../src/facets/sets/bit-set.ts';
import { IdLists } from '../../src/facets/sets/id-lists.ts';
import { IdSet } from '../../src/facets/sets/id-set.ts';
import { Turns } from '../../src/facets/turns.ts';

const ids = (most: number) => fc.uniqueArray(fc.integer({ min: 1, max: most }), { maxLength: 200 });

const ascending = (a: number, b: number) => a - b;

function bitsOf(all: Iterable<number>): BitSet {
  const set = new BitSet();
  for (const id of all) set.add(id);
  return set;
}

describe('bits', () => {
  it('are the set that they stand for', () => {
    fc.assert(
      fc.property(ids(3_000), ids(3_000), (some, others) => {
        const [a, b] = [new Set(some), new Set(others)];
        const both = some.filter((id) => b.has(id));
        expect(bitsOf(a).copy().intersect(bitsOf(b)).ids()).toEqual(both.sort(ascending));
        expect(bitsOf(a).copy().unite(bitsOf(b)).ids()).toEqual([...new Set([...a, ...b])].sort(ascending));
        expect(bitsOf(a).subtract(bitsOf(b)).ids()).toEqual(some.filter((id) => !b.has(id)).sort(ascending));
        expect(bitsOf(a).countBoth(bitsOf(b))).toBe(both.length);
        expect(bitsOf(a).count()).toBe(a.size);
        expect(bitsOf(a).equals(bitsOf(b))).toBe(a.size === b.size && both.length === a.size);
        const roomy = bitsOf([...a, 5_000]);
        roomy.delete(5_000);
        expect([roomy.equals(bitsOf(a)), bitsOf(a).equals(roomy)]).toEqual([true, true]);
        for (const id of b) expect(bitsOf(a).has(id)).toBe(a.has(id));
        const less = bitsOf(a);
        for (const id of b) less.delete(id);
        expect(less.ids()).toEqual(some.filter((id) => !b.has(id)).sort(ascending));
      }),
    );
  });
});

describe('the first of bits', () => {
  it('are those that come next, in either direction', () => {
    const past = fc.option(fc.integer({ min: 0, max: 4_000 }), { nil: undefined });
    fc.assert(
      fc.property(ids(3_000), past, fc.integer({ min: 0, max: 250 }), fc.boolean(), (all, from, most, descending) => {
        const sorted = all.toSorted(descending ? (a, b) => b - a : ascending);
        const next = sorted.filter((id) => from === undefined || (descending ? id < from : id > from));
        expect(bitsOf(all).first(most, descending, from)).toEqual(next.slice(0, most));
      }),
    );
  });
});

describe('a set of ids', () => {
  it('stays the same set while it becomes blocks, and these become bits', () => {
    // Many beside each other, so that a block is worth bits; and some far away.
    const from = fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 4_000_000 }));
    const step = fc.record({ from, many: fc.integer({ min: 1, max: 3_000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.integer({ min: 2, max: 9 }), (steps, nth) => {
        const set = new IdSet();
        const plain = new Set<number>();
        for (const { from, many } of steps) {
          for (let id = from; id < from + many; id++) if (!plain.has(id)) set.add(plain.add(id) && id);
          for (const id of plain) if (id % nth === 0 && plain.delete(id)) set.delete(id);
          if (many % 3 === 0) set.trim();
        }
        expect(set.size).toBe(plain.size);
        expect(set.toBits().ids()).toEqual([...plain].sort(ascending));
        const even = bitsOf([...plain].filter((id) => id % 2 === 0));
        expect(set.countIn(even)).toBe(even.count());
        for (const { from, many } of steps) expect(set.has(from + many)).toBe(plain.has(from + many));
        const others = Array.from({ length: 80 }, (_, n) => n * 65_536 + 7).filter((id) => !plain.has(id));
        const rest = bitsOf([...even.ids(), ...others]);
        set.restrict(rest);
        expect(rest.ids()).toEqual(even.ids());
      }),
      { numRuns: 60 },
    );
  });
});

describe('lists of values by id', () => {
  it('are those that were set last, whatever was cleared away meanwhile', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.array(fc.nat(2 ** 31 - 1), { maxLength: 9 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 200, maxLength: 2_000 }), (changes) => {
        const lists = new IdLists();
        const plain = new Map<number, number[]>();
        for (const [id, values] of changes) {
          lists.set(id, values);
          plain.set(id, values);
        }
        for (let id = 0; id < 50; id++) expect([id, lists.of(id)]).toEqual([id, plain.get(id) ?? []]);
      }),
      { numRuns: 60 },
    );
  });

  it('are the same when more different ones come than are held once', () => {
    for (const highest of [300, 5_000, 100_000]) {
      const lists = new IdLists();
      const of = (id: number) => Array.from({ length: id % 4 }, (_, n) => (id * (n + 7)) % highest);
      for (let id = 0; id < 9_000; id++) lists.set(id, of(id));
      for (let id = 0; id < 9_000; id += 3) lists.set(id, of(id + 1));
      for (let id = 0; id < 9_000; id++) expect([id, lists.of(id)]).toEqual([id, of(id % 3 === 0 ? id + 1 : id)]);
    }
  });
});

describe('turns', () => {
  const settings = (moment: fc.Arbitrary<number>) =>
    fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.array(moment, { maxLength: 4 })), { maxLength: 60 });

  function dueOf(all: [id: number, moments: number[]][], setAt: number, now: number) {
    const turns = new Turns();
    for (const [n, [id, moments]] of all.entries()) {
      turns.set(id, moments, setAt);
      // As for a page in between.
      if (n % 5 === 0) turns.due(now);
    }
    const [from, to] = [Math.min(setAt, now), Math.max(setAt, now)];
    const turned = [...new Map(all)].filter(([, moments]) => moments.some((one) => one > from && one <= to));
    return { due: turns.due(now).sort(ascending), turned: turned.map(([id]) => id).sort(ascending) };
  }

  it('tell whom a moment makes another one, in either direction', () => {
    const second = fc.integer({ min: 0, max: 100 }).map((seconds) => seconds * 1_000);
    fc.assert(
      fc.property(settings(second), fc.nat(100_000), fc.nat(100_000), (all, setAt, now) => {
        const { due, turned } = dueOf(all, setAt, now);
        expect(due).toEqual(turned);
      }),
    );
  });

  it('leave nobody out who turns within a second', () => {
    const moment = fc.integer({ min: 0, max: 9_000 });
    fc.assert(
      fc.property(settings(moment), moment, moment, (all, setAt, now) => {
        const { due, turned } = dueOf(all, setAt, now);
        expect(due).toEqual(expect.arrayContaining(turned));
      }),
    );
  });
});

describe('facets', () => {
  const DELETED = 2;
  const one = fc.record({
    id: fc.integer({ min: 1, max: 40 }),
    activity: fc.integer({ min: 0, max: DELETED }),
    state: fc.subarray([0, 1, 2]),
  });
  const filters = [[0, 1], [0], [0, 1, DELETED], [DELETED], []].flatMap((activity) =>
    [[], [1], [0, 2]].map((state) => ({ activity, state })),
  );

  it('count what a look at everybody would, also where it is counted already', () => {
    fc.assert(
      fc.property(fc.array(one, { maxLength: 60 }), fc.boolean(), (changes, isAskedBetween) => {
        const index = new FacetIndex(['activity', 'state'] as const);
        const everybody = new Map<number, { activity: number[]; state: number[] }>();
        const has = (values: readonly number[], chosen: readonly number[]) =>
          chosen.length === 0 || chosen.some((value) => values.includes(value));
        const counted = (activity: number[], state: number[]) =>
          [...everybody.values()].filter((facts) => has(facts.activity, activity) && has(facts.state, state)).length;
        for (const { id, activity, state } of changes) {
          everybody.set(id, { activity: [activity], state });
          index.set(id, activity !== DELETED, { activity: [activity], state });
          if (isAskedBetween) index.total({ values: filters[0] });
        }
        for (const { activity, state } of filters) {
          const values = { activity, state };
          expect(index.total({ values, derived: { state: [] } })).toBe(counted(activity, state));
          const selection = index.select({ values });
          expect(selection.total).toBe(counted(activity, state));
          for (const value of [0, 1, 2]) {
            expect(selection.count('activity', value)).toBe(counted([value], state));
            expect(selection.count('state', value)).toBe(counted(activity, [value]));
          }
        }
      }),
    );
  });

  it('tell by sizes alone that a view does not mean everybody', () => {
    const index = new FacetIndex(['activity', 'state'] as const);
    for (const id of [1, 2, 3, 4]) index.set(id, true, { activity: [0], state: id === 1 ? [1] : [] });
    index.set(4, false, { activity: [DELETED] });
    const made = jest.spyOn(BitSet, 'upTo');
    expect(index.total({ values: { activity: [0, 1] } })).toBe(3);
    expect(made).toHaveBeenCalledTimes(1);
    expect(index.total({ values: { activity: [0, 1], state: [1] } })).toBe(1);
    expect(made).toHaveBeenCalledTimes(1);
    made.mockRestore();
  });
});
