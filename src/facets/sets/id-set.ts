import { BitSet } from './bit-set.ts';
import { BLOCK, IdBlock } from './id-block.ts';

const SMALLEST = 4;
/** Fewer are one list, whatever the ids are: blocks would take more room. */
const FEWEST_IN_BLOCKS = 1_024;
const NONE = new Uint32Array(0);

/** A set of ids that may be any part of all: a list while it is small, and then a block for every so many ids that there may be. */
export class IdSet {
  size = 0;
  /** Its first `size` places are taken, in no order. */
  private list = NONE;
  /** Instead of the list; where a block has none of them it is missing. */
  private blocks: (IdBlock | undefined)[] | undefined;

  has(id: number): boolean {
    if (this.blocks) return this.blocks[Math.floor(id / BLOCK)]?.has(id) ?? false;
    const place = this.list.indexOf(id);
    return place >= 0 && place < this.size;
  }

  /** Takes in an id that is not in it. */
  add(id: number): void {
    if (!this.blocks && this.size === FEWEST_IN_BLOCKS) this.becomeBlocks();
    if (this.blocks) (this.blocks[Math.floor(id / BLOCK)] ?? blockOf(this.blocks, id)).add(id);
    else {
      if (this.size === this.list.length) this.list = longer(this.list, Math.max(SMALLEST, this.size * 2));
      this.list[this.size] = id;
    }
    this.size++;
  }

  /** Lets an id go that is in it. */
  delete(id: number): void {
    this.size--;
    if (this.blocks) blockOf(this.blocks, id).delete(id);
    else this.list[this.list.indexOf(id)] = this.list[this.size];
  }

  /** How many of them are in the other set. */
  countIn(other: BitSet): number {
    let count = 0;
    if (this.blocks) for (const [n, block] of this.blocks.entries()) count += block?.countIn(other, n * BLOCK) ?? 0;
    else for (let n = 0; n < this.size; n++) if (other.has(this.list[n])) count++;
    return count;
  }

  addTo(target: BitSet): void {
    // From the end, so that the target has room for all of them at once.
    if (this.blocks) for (let n = this.blocks.length - 1; n >= 0; n--) this.blocks[n]?.addTo(target, n * BLOCK);
    else for (let n = 0; n < this.size; n++) target.add(this.list[n]);
  }

  /** Takes out of the other set what is not in this one. */
  restrict(other: BitSet): void {
    if (!this.blocks) {
      other.intersect(this.toBits());
      return;
    }
    for (const [n, block] of this.blocks.entries())
      if (block) block.restrict(other, n * BLOCK);
      else other.clear(n * BLOCK, (n + 1) * BLOCK);
    other.clear(this.blocks.length * BLOCK, other.end);
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
    for (const block of this.blocks ?? []) block?.trim();
  }

  private becomeBlocks(): void {
    const blocks: (IdBlock | undefined)[] = [];
    for (const id of this.list.subarray(0, this.size)) blockOf(blocks, id).add(id);
    this.blocks = blocks;
    this.list = NONE;
  }
}

function blockOf(blocks: (IdBlock | undefined)[], id: number): IdBlock {
  const number = Math.floor(id / BLOCK);
  while (blocks.length < number) blocks.push(undefined);
  let block = blocks[number];
  if (!block) {
    block = new IdBlock();
    blocks[number] = block;
  }
  return block;
}

function longer(list: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const other = new Uint32Array(length);
  other.set(list);
  return other;
}
