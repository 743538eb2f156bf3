import type { BitSet } from './bit-set.ts';

/** So many ids that follow one another stand in one block. */
export const BLOCK = 0x1_0000;
const WORDS = BLOCK / 32;
/** A list with more takes more room than bits do. */
const MOST_LISTED = WORDS * 2;
const SMALLEST = 8;
const NONE = new Uint16Array(0);

/** Which ids of a block are in a set: two bytes for each while they are few, and bits when they are many. */
export class IdBlock {
  size = 0;
  /** The first `size` places are taken, in no order, by the ids counted from the beginning of the block. */
  private list = NONE;
  /** Instead of the list. */
  private words: Int32Array | undefined;

  has(id: number): boolean {
    const own = id % BLOCK;
    if (this.words) return (this.words[own >>> 5] & (1 << (own & 31))) !== 0;
    const place = this.list.indexOf(own);
    return place >= 0 && place < this.size;
  }

  /** Takes in an id that is not in it. */
  add(id: number): void {
    const own = id % BLOCK;
    if (!this.words && this.size === MOST_LISTED) this.becomeBits();
    if (this.words) this.words[own >>> 5] |= 1 << (own & 31);
    else {
      if (this.size === this.list.length) this.list = longer(this.list, Math.max(SMALLEST, Math.ceil(this.size * 1.5)));
      this.list[this.size] = own;
    }
    this.size++;
  }

  /** Lets an id go that is in it. */
  delete(id: number): void {
    const own = id % BLOCK;
    this.size--;
    if (this.words) this.words[own >>> 5] &= ~(1 << (own & 31));
    else this.list[this.list.indexOf(own)] = this.list[this.size];
  }

  /** How many of them are in the other set; the block is the one that begins with this id. */
  countIn(other: BitSet, first: number): number {
    if (this.words) return other.countWords(this.words, first);
    let count = 0;
    for (let n = 0; n < this.size; n++) if (other.has(first + this.list[n])) count++;
    return count;
  }

  addTo(target: BitSet, first: number): void {
    if (this.words) target.uniteWords(this.words, first);
    else for (let n = 0; n < this.size; n++) target.add(first + this.list[n]);
  }

  /** Takes out of the other set whatever of the block is not in this one. */
  restrict(other: BitSet, first: number): void {
    other.intersectWords(this.words ?? this.asWords(), first);
  }

  /** Lets the room go that it has for more. */
  trim(): void {
    this.list = this.list.slice(0, this.size);
  }

  private becomeBits(): void {
    this.words = this.asWords();
    this.list = NONE;
  }

  private asWords(): Int32Array {
    const words = new Int32Array(WORDS);
    for (let n = 0; n < this.size; n++) words[this.list[n] >>> 5] |= 1 << (this.list[n] & 31);
    return words;
  }
}

function longer(list: Uint16Array, length: number): Uint16Array<ArrayBuffer> {
  const other = new Uint16Array(Math.min(length, MOST_LISTED));
  other.set(list);
  return other;
}
