/** How long a list by id becomes that has no room for one: little more than it takes, for a list of a million would else hold hundreds of thousands of places for nobody. */
export function roomFor(id: number): number {
  return id + 1 + Math.ceil((id + 1) / 32);
}
