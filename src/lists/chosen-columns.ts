/**
 * Those of the known columns that are named, each once, in the order of the names. One that nobody knows, from an old bookmark,
 * is left out.
 */
export function chosenAmong<Key extends string>(known: readonly Key[], names: unknown): Key[] {
  const given = Array.isArray(names) ? names : [];
  return [...new Set(given)].filter((name): name is Key => known.includes(name));
}
