import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BitSet } from '../../src/facets/bit-set.ts';
import { IdLists } from '../../src/facets/id-lists.ts';
import { IdSet } from '../../src/facets/id-set.ts';
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
});

describe('turns', () => {
  it('tell whom a moment makes another one, in either direction', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 4 });
    const settings = fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), moments), { maxLength: 60 });
    fc.assert(
      fc.property(settings, fc.nat(100), fc.nat(100), (all, setAt, now) => {
        const turns = new Turns();
        for (const [id, those] of all) turns.set(id, those, setAt);
        const [from, to] = [Math.min(setAt, now), Math.max(setAt, now)];
        const due = [...new Map(all)].filter(([, those]) => those.some((moment) => moment > from && moment <= to));
        expect(turns.due(now).sort(ascending)).toEqual(due.map(([id]) => id).sort(ascending));
      }),
    );
  });
});
