import { LATER_MARK, MARK, type Sought } from '../../text/text.ts';
import type { Selection } from '../facet-index.ts';
import type { TextIndex } from '../search/text-index.ts';
import { BitSet } from '../sets/bit-set.ts';

/** Those who are meant by a search, the best first: nobody is in two of them. */
export interface Rank {
  meant: Pick<Selection<never>, 'total' | 'has' | 'ids'>;
  /** Whether they are those whose name begins with what was typed, who stand together in the order of names. */
  isBegun: boolean;
}

/**
 * Who is called exactly what was typed, or has it for an address; then whose name begins with it; then whose address does; then
 * everybody else who is meant. What was typed is folded, and every text a search text of which the name is the first part.
 */
export function ranksOf(texts: TextIndex, typed: Sought, selection: Pick<Selection<never>, 'set'>): Rank[] {
  const term = typed.join(MARK);
  const known = kept.get(selection);
  if (known?.term === term) return known.ranks;
  const ranks = ranked(texts, typed, selection.set);
  kept.set(selection, { term, ranks });
  return ranks;
}

/** For as long as the selection itself is kept. */
const kept = new WeakMap<object, { term: string; ranks: Rank[] }>();

function ranked(texts: TextIndex, typed: Sought, set: BitSet): Rank[] {
  const rest = set.copy();
  const taken = (searches: string[]) => {
    const found = new BitSet();
    for (const search of searches) found.unite(texts.find(search));
    found.intersect(rest);
    rest.subtract(found);
    return found;
  };
  const exact = taken(typed.flatMap((way) => [MARK + way + MARK, LATER_MARK + way + LATER_MARK]));
  const begun = taken(typed.map((way) => MARK + way));
  const later = taken(typed.map((way) => LATER_MARK + way));
  return [exact, begun, later, rest].map((found) => ({
    meant: { total: found.count(), has: (id: number) => found.has(id), ids: () => found.ids() },
    isBegun: found === begun,
  }));
}
