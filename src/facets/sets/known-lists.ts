import { roomFor } from './room.ts';

const NONE: readonly number[] = [];
/** More of them take more room than they save. */
const MOST = 4_096;
const BYTE = 256;

/** For every id one of few lists, each of which is held once: a byte or two for each id. */
export class KnownLists {
  /** By id, which list; 0 for the empty one. */
  private numbers: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> = new Uint8Array(0);
  private readonly lists: (readonly number[])[] = [NONE];
  private readonly numberOf = new Map<string, number>([['', 0]]);

  /** One more than the highest id that it has room for. */
  get end(): number {
    return this.numbers.length;
  }

  of(id: number): readonly number[] {
    return this.lists[this.numbers[id] ?? 0];
  }

  /** Returns false, and changes nothing, where the list would be one too many. */
  set(id: number, values: readonly number[]): boolean {
    const name = values.join();
    let number = this.numberOf.get(name);
    if (number === undefined) {
      number = this.lists.length;
      if (number === MOST) return false;
      if (number === BYTE) this.numbers = Uint16Array.from(this.numbers);
      this.lists.push([...values]);
      this.numberOf.set(name, number);
    }
    if (id >= this.numbers.length) this.grow(id);
    this.numbers[id] = number;
    return true;
  }

  private grow(id: number): void {
    const length = roomFor(id);
    const longer = this.lists.length > BYTE ? new Uint16Array(length) : new Uint8Array(length);
    longer.set(this.numbers);
    this.numbers = longer;
  }
}
