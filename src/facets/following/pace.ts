/** So many records are read at once at first, and at the most. */
export const [FEWEST, MOST] = [25, 400];
/** How long others wait for it, in milliseconds. */
const SOON = 8;

/**
 * How many records are read at once next, where so many took so long: the first are slow, and how much there is to be read of each
 * differs from house to house.
 */
export function paced(number: number, took: number): number {
  if (took > SOON) return Math.max(FEWEST, Math.floor(number / 2));
  return took < SOON / 2 ? Math.min(MOST, number * 2) : number;
}
