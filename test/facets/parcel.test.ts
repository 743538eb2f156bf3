import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { FacetIndex } from '../../src/facets/facet-index.ts';
import { ByteReader } from '../../src/facets/parcels/byte-reader.ts';
import { pack, unpack } from '../../src/facets/parcels/parcel.ts';
import { TextIndex } from '../../src/facets/search/text-index.ts';
import { IdNumbers } from '../../src/facets/sets/id-numbers.ts';
import { IdSet } from '../../src/facets/sets/id-set.ts';
import { Turns } from '../../src/facets/turns.ts';

const SOME = 3_000;

function filled() {
  const facets = new FacetIndex<'group' | 'state'>(['group', 'state']);
  const [texts, numbers, turns] = [new TextIndex(), new IdNumbers(), new Turns()];
  for (let id = 1; id <= SOME; id++) {
    facets.set(id, id % 7 !== 0, { group: [id % 500, 500 + (id % 11)], state: id % 2 === 0 ? [1] : [] });
    texts.set(id, `\nname ${id} Jürgen 漢\n`);
    numbers.set(id, id * 2);
    turns.set(id, [id * 1_000], 0);
  }
  return { facets, texts, numbers, turns };
}

/** As a pipe gives them: in pieces that begin and end anywhere. */
function* inPieces(bytes: Buffer, size = 777) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('what is sent from one process to another', () => {
  it('answers there as it did here, and takes changes in', async () => {
    const sent = Buffer.concat(Object.entries(filled()).flatMap(([field, part]) => pack({ field, part })));
    const reader = new ByteReader(Readable.from(inPieces(sent)));
    const there: Record<string, unknown> = {};
    for (;;) {
      const next = (await unpack(reader)) as { field: string; part: unknown } | undefined;
      if (!next) break;
      there[next.field] = next.part;
    }
    const [here, { facets, texts, numbers, turns }] = [filled(), there as ReturnType<typeof filled>];
    const same = () => {
      for (const values of [{}, { group: [3, 505] }, { state: [1], group: [7] }]) {
        const [selected, expected] = [facets.select({ values }), here.facets.select({ values })];
        expect(selected.ids()).toEqual(expected.ids());
        for (const group of [3, 7, 499, 505])
          expect(selected.count('group', group)).toBe(expected.count('group', group));
      }
      expect(facets.largest('group', 20, new Set())).toEqual(here.facets.largest('group', 20, new Set()));
      for (const search of ['3', 'ü', '29', 'jür', '漢', 'name 12'])
        expect([search, texts.find(search).ids()]).toEqual([search, here.texts.find(search).ids()]);
      expect(numbers.having({ has: (number) => number % 10 === 0 }).ids()).toEqual(
        here.numbers.having({ has: (number) => number % 10 === 0 }).ids(),
      );
      expect(turns.due(90_000)).toEqual(here.turns.due(90_000));
    };
    same();
    for (const one of [{ facets, texts, numbers, turns }, here])
      for (let id = 2_990; id < 9_000; id += 3) {
        one.facets.set(id, true, { group: [3], state: [] });
        one.texts.set(id, `\nanother ${id}\n`);
        one.numbers.set(id, 7);
        one.turns.set(id, [80_000], 0);
      }
    same();
  });

  describe('is put together a part at a time, and others have their turn in between', () => {
    const turnsWhile = async (whole: object) => {
      const reader = new ByteReader(Readable.from([Buffer.concat(pack(whole))]));
      let [turns, isDone] = [0, false];
      const others = (async () => {
        for (; !isDone; turns++) await turn();
      })();
      await unpack(reader);
      isDone = true;
      await others;
      return turns;
    };

    it('where it has much in it', async () => {
      // There are over sixteen thousand pairs of letters, most of which nobody has.
      expect(await turnsWhile(filled().texts)).toBeGreaterThan(10);
    });

    it('where few things have much in them', async () => {
      const sets = Array.from({ length: 200 }, () => {
        const set = new IdSet();
        // In sixteen blocks, as where there is a million.
        for (let n = 0; n < 2_000; n++) set.add(n * 500);
        return set;
      });
      expect(await turnsWhile(sets)).toBeGreaterThan(10);
    });
  });

  it('is refused where its end is missing', async () => {
    const sent = Buffer.concat(pack({ field: 'texts', part: filled().texts }));
    for (const length of [2, 100, sent.length - 1]) {
      const reader = new ByteReader(Readable.from(inPieces(sent.subarray(0, length))));
      await expect(unpack(reader)).rejects.toThrow('not whole');
    }
  });
});
