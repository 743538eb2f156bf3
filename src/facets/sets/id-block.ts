import type { BitSet } from './bit-set.ts';
import { IdBytes } from './id-bytes.ts';

/** So many ids that follow one another stand in one block. */
export const BLOCK = 0x1_0000;
const WORDS = BLOCK / 32;
/** A list with more takes more room than a byte for each and where these begin. */
const MOST_LISTED = 512;
/** More are looked through sooner as bits, and take about as much room. */
const MOST_IN_BYTES = WORDS * 3;
const SMALLEST = 8;
const NONE = new Uint16Array(0);

/** Which ids of a block are in a set: two bytes for each while they are few, then one, and bits when they are many. */
export class IdBlock {
  size = 0;
  /** The first `size` places are taken, in no order, by the ids counted from the beginning of the block. */
  private list = NONE;
  /** Instead of the list. */
  private bytes: IdBytes | undefined;
  /** Instead of either. */
  private words: Int32Array | undefined;

  has(id: number): boolean {
    const own = id % BLOCK;
    if (this.words) return (this.words[own >>> 5] & (1 << (own & 31))) !== 0;
    if (this.bytes) return this.bytes.has(own);
    const place = this.list.indexOf(own);
    return place >= 0 && place < this.size;
  }

  /** Takes in an id that is not in it. */
  add(id: number): void {
    const own = id % BLOCK;
    if (this.words) {
      this.words[own >>> 5] |= 1 << (own & 31);
      this.size++;
    } else if (this.size === (this.bytes ? MOST_IN_BYTES : MOST_LISTED)) {
      if (this.bytes) this.becomeBits();
      else this.becomeBytes();
      this.add(id);
    } else {
      if (this.bytes) this.bytes.add(own);
      else this.append(own);
      this.size++;
    }
  }

  /** Lets an id go that is in it. */
  delete(id: number): void {
    const own = id % BLOCK;
    this.size--;
    if (this.words) this.words[own >>> 5] &= ~(1 << (own & 31));
    else if (this.bytes) this.bytes.delete(own);
    else this.list[this.list.indexOf(own)] = this.list[this.size];
  }

  /** How many of them are in the other set; the block is the one that begins with this id. */
  countIn(other: BitSet, first: number): number {
    if (this.words) return other.countWords(this.words, first);
    const listed = this.listed();
    let count = 0;
    for (let n = 0; n < this.size; n++) if (other.has(first + listed[n])) count++;
    return count;
  }

  addTo(target: BitSet, first: number): void {
    if (this.words) target.uniteWords(this.words, first);
    else {
      const listed = this.listed();
      for (let n = 0; n < this.size; n++) target.add(first + listed[n]);
    }
  }

  /** Takes out of the other set whatever of the block is not in this one. */
  restrict(other: BitSet, first: number): void {
    other.intersectWords(this.words ?? this.asWords(), first);
  }

  /** Lets the room go that it has for more. */
  trim(): void {
    this.list = this.list.slice(0, this.size);
    this.bytes?.trim();
  }

  /** The first `size` places; the next call may write over them. */
  private listed(): Uint16Array {
    if (!this.bytes) return this.list;
    this.bytes.copyTo(LISTED);
    return LISTED;
  }

  private append(own: number): void {
    if (this.size === this.list.length) this.list = longer(this.list, Math.max(SMALLEST, Math.ceil(this.size * 1.5)));
    this.list[this.size] = own;
  }

  private becomeBytes(): void {
    this.bytes = new IdBytes();
    for (let n = 0; n < this.size; n++) this.bytes.add(this.list[n]);
    this.list = NONE;
  }

  private becomeBits(): void {
    this.words = this.asWords();
    this.bytes = undefined;
  }

  private asWords(): Int32Array {
    const words = new Int32Array(WORDS);
    const listed = this.listed();
    for (let n = 0; n < this.size; n++) words[listed[n] >>> 5] |= 1 << (listed[n] & 31);
    return words;
  }
}

function longer(list: Uint16Array, length: number): Uint16Array<ArrayBuffer> {
  const other = new Uint16Array(Math.min(length, MOST_LISTED));
  other.set(list);
  return other;
}

/** What those that lie in bytes are written to when they are looked through. */
const LISTED = new Uint16Array(MOST_IN_BYTES);
