/** What was done to somebody, with as many entries of the feed as it makes. */
export interface Entered {
  entries: number;
}

/** What was done to some between two entries of the feed, as whoever did it says. */
export interface Foretold<Deed extends Entered> {
  after: number;
  upTo: number;
  deeds: ReadonlyMap<number, Deed>;
}

/**
 * Those of whom nothing but what is foretold became by the entries that follow on `first`: each change has an entry, and they have those of
 * the deed alone. Whoever has another, from whomever, has to be read.
 */
export function onlyForetold<Deed extends Entered>(
  changed: readonly (number | null)[],
  first: number,
  { after, upTo, deeds }: Foretold<Deed>,
): Map<number, Deed> {
  const within = timesOf(changed.slice(Math.max(after - first, 0), Math.max(upTo - first, 0)));
  const all = timesOf(changed);
  const only = new Map<number, Deed>();
  for (const [id, times] of within) {
    const deed = deeds.get(id);
    if (deed?.entries === times && all.get(id) === times) only.set(id, deed);
  }
  return only;
}

function timesOf(changed: readonly (number | null)[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const id of changed) if (id !== null) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
}
