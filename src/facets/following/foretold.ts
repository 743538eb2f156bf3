/** What was done to some between two entries of the feed, as whoever did it says. */
export interface Foretold<Deed> {
  after: number;
  upTo: number;
  deeds: ReadonlyMap<number, Deed>;
}

/**
 * Those of whom nothing but what is foretold became by the entries that follow on `first`: each change has an entry, and they have that one
 * alone. Whoever has another, from whomever, has to be read.
 */
export function onlyForetold<Deed>(
  changed: readonly (number | null)[],
  first: number,
  { after, upTo, deeds }: Foretold<Deed>,
): Map<number, Deed> {
  const times = new Map<number, number>();
  for (const id of changed) if (id !== null) times.set(id, (times.get(id) ?? 0) + 1);
  const only = new Map<number, Deed>();
  for (const [n, id] of changed.entries()) {
    const entry = first + n + 1;
    if (id === null || times.get(id) !== 1 || entry <= after || entry > upTo) continue;
    const deed = deeds.get(id);
    if (deed !== undefined) only.set(id, deed);
  }
  return only;
}
