/**
 * Numbers records by the order in which they come: an index has room for every number up to the highest, and of a few records among
 * a million the ids would make that room for a million.
 */
export class Arrivals {
  private readonly numbers = new Map<number, number>();

  of(id: number): number {
    const found = this.numbers.get(id) ?? this.numbers.size + 1;
    this.numbers.set(id, found);
    return found;
  }
}
