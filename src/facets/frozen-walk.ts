import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { pieces } from '../db/ids.ts';
import type { Source } from '../lists/keyset-page.ts';
import type { Cursor } from '../lists/list-query.ts';
import type { BitSet } from './sets/bit-set.ts';

/** So many ids of an order are looked at between the turns of others. */
const LOOKED_AT = 2_000;

/** A set of records as it was at one moment, to be gone through however long that takes. */
export interface FrozenSet {
  total: number;
  /** Whether they are more than were counted. */
  isMore?: boolean;
  /** Their ids in order, in pieces. */
  pieces(): AsyncIterable<number[]> | Iterable<number[]>;
}

/**
 * Each id of the set once, along the order of the sources. The order is read as it stands while it is walked: whoever is moved in it
 * meanwhile, from what is still to come to what is behind, follows at the end.
 */
async function* walkFrozen(
  sources: Source<number>[],
  { set, descending, atOnce }: { set: BitSet; descending: boolean; atOnce: number },
): AsyncGenerator<number[]> {
  const left = set.copy();
  let piece: number[] = [];
  for (const source of sources)
    for (const nulls of source.isNullable ? [false, true] : [false]) {
      let from: Cursor | undefined;
      for (;;) {
        const ids = await source.read({ nulls, descending, from }, LOOKED_AT);
        for (const id of source.keepMeant ? await source.keepMeant(ids) : ids) {
          if (!left.has(id)) continue;
          left.delete(id);
          piece.push(id);
          if (piece.length < atOnce) continue;
          yield piece;
          piece = [];
        }
        if (ids.length < LOOKED_AT) break;
        from = await source.placeOf(ids[ids.length - 1]);
        await turnOfOthers();
      }
    }
  if (piece.length > 0) yield piece;
  for (let past: number | undefined; ; ) {
    const rest = left.first(atOnce, false, past);
    if (rest.length === 0) break;
    yield rest;
    past = rest.at(-1);
  }
}

/** How a list freezes what it means: the set, and the sources of its order. */
export function frozenAlong(
  { set, total }: { set: BitSet; total: number },
  sources: Source<number>[],
  { descending, atOnce }: { descending: boolean; atOnce: number },
): FrozenSet {
  return { total, pieces: () => walkFrozen(sources, { set, descending, atOnce }) };
}

/** These, in their order. */
export function frozenIds(ids: number[], atOnce: number): FrozenSet {
  return { total: ids.length, pieces: () => pieces(ids, atOnce) };
}
