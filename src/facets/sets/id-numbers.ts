import { BitSet } from './bit-set.ts';
import { roomFor } from './room.ts';

/** For every id a number, 0 for none: four bytes each, and who has one of some is found by a look at all. */
export class IdNumbers {
  private numbers = new Uint32Array(0);

  /** Returns whether it is another one. */
  set(id: number, number: number): boolean {
    if (this.of(id) === number) return false;
    if (id >= this.numbers.length) {
      const longer = new Uint32Array(roomFor(id));
      longer.set(this.numbers);
      this.numbers = longer;
    }
    this.numbers[id] = number;
    return true;
  }

  /** The ids with a number that is meant. */
  having(isMeant: { has(number: number): boolean }): BitSet {
    const { numbers } = this;
    const found = new BitSet();
    for (let id = 0; id < numbers.length; id++) if (numbers[id] !== 0 && isMeant.has(numbers[id])) found.add(id);
    return found;
  }

  private of(id: number): number {
    return this.numbers[id] ?? 0;
  }
}
