import { BitSet } from './bit-set.ts';

const SMALLEST = 4;
const NONE = new Uint32Array(0);
/** Below this, bits are not worth their room whatever the ids are. */
const FEWEST_BITS = 1_024;

/** A set of ids that may be any part of all: a list while it is small, and bits as soon as these take less room. */
export class IdSet {
  size = 0;
  /** Its first `size` places are taken, in no order. */
  private list = NONE;
  /** Instead of the list. */
  private bits: BitSet | undefined;
  private highest = 0;

  has(id: number): boolean {
    return this.bits ? this.bits.has(id) : this.placeOf(id) >= 0;
  }

  /** Takes in an id that is not in it. */
  add(id: number): void {
    if (id > this.highest) this.highest = id;
    if (this.bits) {
      if (this.highest >= this.bits.end && !this.isBitsWorth()) this.becomeList(this.bits);
    } else if (this.size >= FEWEST_BITS && this.isBitsWorth()) this.becomeBits();
    if (this.bits) this.bits.add(id);
    else {
      if (this.size === this.list.length) this.list = resized(this.list, Math.max(SMALLEST, this.size * 2));
      this.list[this.size] = id;
    }
    this.size++;
  }

  /** Lets an id go that is in it. */
  delete(id: number): void {
    this.size--;
    if (this.bits) this.bits.delete(id);
    else this.list[this.list.indexOf(id)] = this.list[this.size];
  }

  /** How many of them are in the other set. */
  countIn(other: BitSet): number {
    if (this.bits) return this.bits.countBoth(other);
    let count = 0;
    for (let n = 0; n < this.size; n++) if (other.has(this.list[n])) count++;
    return count;
  }

  addTo(target: BitSet): void {
    if (this.bits) target.unite(this.bits);
    else for (let n = 0; n < this.size; n++) target.add(this.list[n]);
  }

  /** Takes out of the other set what is not in this one. */
  restrict(other: BitSet): void {
    other.intersect(this.bits ?? this.toBits());
  }

  /** A copy of its own. */
  toBits(): BitSet {
    const bits = new BitSet();
    this.addTo(bits);
    return bits;
  }

  /** Lets the room go that it has for more. */
  trim(): void {
    this.list = this.list.slice(0, this.size);
  }

  private placeOf(id: number): number {
    const place = this.list.indexOf(id);
    return place < this.size ? place : -1;
  }

  /** A list takes 32 bits for each id that is in it, bits take one for each id that there may be. */
  private isBitsWorth(): boolean {
    return this.size * 32 > this.highest;
  }

  private becomeBits(): void {
    this.bits = this.toBits();
    this.list = NONE;
  }

  private becomeList(bits: BitSet): void {
    this.list = Uint32Array.from(bits.ids());
    this.bits = undefined;
  }
}

function resized(list: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(length);
  longer.set(list);
  return longer;
}
