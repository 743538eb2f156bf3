import type { Rights } from '../access/rights.ts';
import type { EffectCounts } from '../permissions/effect.ts';
import { addTouched } from '../permissions/touched.ts';
import { addCounts, type Counts } from '../verbs/notes.ts';

/** What an operation means for people besides what it is called, as far as it is known: kept with what it would come to. */
export interface EffectTally {
  notes: Counts;
  /** By what some come into a group, or go from it. */
  moves: Move[];
  /** Groups that come or go, or give something else, with all their members; those of the same change together. */
  changes: { from: Rights; to: Rights; groupIds: number[] }[];
  /** Whether what does as much and destroys less can be offered in its place. */
  hasGentler: boolean;
}

interface Move extends EffectCounts {
  groupId: number;
  from: Rights;
  to: Rights;
}

export const NO_EFFECTS: EffectTally = { notes: {}, moves: [], changes: [], hasGentler: false };

const isSame = (a: { from: Rights; to: Rights }, b: { from: Rights; to: Rights }) =>
  JSON.stringify([a.from, a.to]) === JSON.stringify([b.from, b.to]);

export function addEffects(some: EffectTally, ...more: EffectTally[]): EffectTally {
  const moves = some.moves.map((one) => ({ ...one }));
  for (const one of more.flatMap((effects) => effects.moves)) {
    const sum = moves.find((move) => move.groupId === one.groupId && isSame(move, one));
    if (sum) Object.assign(sum, { touched: addTouched(sum.touched, one.touched), ending: sum.ending + one.ending });
    else moves.push({ ...one });
  }
  const changes = some.changes.map((one) => ({ ...one, groupIds: [...one.groupIds] }));
  for (const one of more.flatMap((effects) => effects.changes)) {
    const sum = changes.find((change) => isSame(change, one));
    if (sum) sum.groupIds.push(...one.groupIds);
    else changes.push({ ...one, groupIds: [...one.groupIds] });
  }
  return {
    notes: more.reduce((notes, effects) => addCounts(notes, effects.notes), some.notes),
    moves,
    changes,
    hasGentler: [some, ...more].some(({ hasGentler }) => hasGentler),
  };
}
