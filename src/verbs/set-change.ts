/** What becomes of a set: exactly these are to be in it, or some come and some go. */
export type SetChange<T> = readonly T[] | { add?: readonly T[]; remove?: readonly T[] };

/** Whether exactly these are meant, as a form says it that shows them all. */
export function isWhole<T>(change: SetChange<T>): change is readonly T[] {
  return Array.isArray(change);
}

/** What comes of it, in the order of what was there before. */
export function changedSet<T>(before: readonly T[], change: SetChange<T> | undefined): T[] {
  if (change === undefined) return [...before];
  if (isWhole(change)) return [...new Set(change)];
  const gone = new Set(change.remove);
  return [...new Set([...before, ...(change.add ?? [])])].filter((one) => !gone.has(one));
}
