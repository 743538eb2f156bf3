import { describe, expect, it } from '@jest/globals';
import type { Stretch } from '../../src/db/keyset.ts';
import type { Along } from '../../src/facets/orders/along.ts';
import { KeptOrder } from '../../src/facets/orders/kept-order.ts';
import { KeptOrders } from '../../src/facets/orders/kept-orders.ts';
import { Chance } from '../support/chance.ts';

type Value = string | null;

/** Some values are those of many, and some have none. */
const anyValue = (chance: Chance): Value =>
  chance.isLikely(0.2)
    ? null
    : chance.one(['', 'ä', '\u{10000}', '\uffff', 'z']) + chance.below(chance.one([3, 1_000]));

const compared = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** As a database would read it. */
function alongValues(
  values: Map<number, Value>,
): Along & { sorted(stretch: Stretch, among: Iterable<number>): number[] } {
  const sorted = ({ nulls, descending, from }: Stretch, among: Iterable<number>) => {
    const order = (a: number, b: number) => (nulls ? 0 : compared(values.get(a)!, values.get(b)!) || 0) || a - b;
    const ids = [...among].filter((id) => (values.get(id) === null) === nulls).sort(order);
    if (descending) ids.reverse();
    const isPast = (id: number) => {
      if (!from) return true;
      const distance = (nulls ? 0 : compared(values.get(id)!, String(from.value))) || id - from.id;
      return descending ? distance < 0 : distance > 0;
    };
    return ids.filter(isPast);
  };
  return {
    isNullable: true,
    sorted,
    read: async (stretch, limit) => sorted(stretch, values.keys()).slice(0, limit),
    placeOf: (id) => ({ value: values.get(id)!, id }),
  };
}

describe('an order that is kept', () => {
  it('names among few the first of any that are meant, whatever changed since', async () => {
    const chance = new Chance(1);
    const values = new Map(Array.from({ length: 2_600 }, (_, n): [number, Value] => [n + 1, anyValue(chance)]));
    const along = alongValues(values);
    const order = new KeptOrder();
    await order.read(along, async () => {});
    for (let n = 0; n < 300; n++) {
      const changed = 1 + chance.below(2_700);
      values.set(changed, anyValue(chance));
      order.move(changed);
      const part = chance.one([1, 0.3, 0.02]);
      const meant = new Set([...values.keys()].filter(() => chance.isLikely(part)));
      const nulls = chance.isLikely(0.3);
      const place = { value: nulls ? null : (anyValue(chance) ?? ''), id: chance.below(2_800) };
      const stretch = { nulls, descending: chance.isLikely(0.5), from: chance.isLikely(0.7) ? place : undefined };
      const among = order.firstAmong(meant, stretch, 20)!;
      const first = along.sorted(stretch, meant).slice(0, 20);
      expect(along.sorted(stretch, among).slice(0, 20)).toEqual(first);
      expect(among.every((id) => meant.has(id))).toBe(true);
      expect(among.length).toBeLessThan(20 + 500 + n + 2);
    }
  });

  it('says nothing of a place that no value of it could have', async () => {
    const order = new KeptOrder();
    await order.read(alongValues(new Map([[1, 'a']])), async () => {});
    const from = { value: 7, id: 1 };
    expect(order.firstAmong(new Set([1]), { nulls: false, descending: false, from }, 1)).toBeUndefined();
  });

  it('knows who changed while it was read, and is left where too many did', async () => {
    const values = new Map(Array.from({ length: 1_200 }, (_, n): [number, Value] => [n + 1, String(n)]));
    const orders = new KeptOrders();
    const along = alongValues(values);
    const read: Along['read'] = async (stretch, limit) => {
      const ids = await along.read(stretch, limit);
      // Whom it has passed already.
      if (stretch.from === undefined && !stretch.nulls) {
        values.set(ids[0], 'zz');
        orders.move([ids[0]]);
      }
      return ids;
    };
    const keepable = orders.of('name', () => ({ ...along, read }));
    expect(keepable.kept()).toBeUndefined();
    await keepable.want();
    const last = { nulls: false, descending: true, from: undefined };
    expect(along.sorted(last, keepable.kept()!.firstAmong(values, last, 1)!)[0]).toBe(1);
    orders.move(Array.from({ length: 6_000 }, (_, n) => n));
    expect(keepable.kept()).toBeUndefined();
  });

  it('is kept beside few others', async () => {
    const orders = new KeptOrders();
    for (const name of ['a', 'b', 'c', 'd']) await orders.of(name, () => alongValues(new Map([[1, 'a']]))).want();
    const kept = ['a', 'b', 'c', 'd'].filter((name) => orders.of(name, () => alongValues(new Map())).kept());
    expect(kept).toEqual(['a', 'b', 'c']);
  });
});
