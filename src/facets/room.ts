/** How long a list by id becomes that has no room for one: an eighth more than it takes, for a list of a million would else hold half a million places for nobody. */
export function roomFor(id: number): number {
  return Math.ceil((id + 1) * 1.125);
}
