import type { BitSet } from './bit-set.ts';

const FIRST_SIZE = 1_024;
const BLOCK = 1 << 18;

/** The texts of ids as UTF-8, in blocks: a million strings of JavaScript would take twice the room and be looked at by its garbage collector. */
export class TextPool {
  private blocks: Buffer[] = [];
  /** By id; where the length is 0, the start means nothing. */
  private starts = new Uint32Array(FIRST_SIZE);
  private lengths = new Uint32Array(FIRST_SIZE);
  private used = 0;
  private unused = 0;

  of(id: number): string {
    const length = this.lengths[id] ?? 0;
    if (length === 0) return '';
    const start = this.starts[id];
    return this.blocks[Math.floor(start / BLOCK)].toString('utf8', start % BLOCK, (start % BLOCK) + length);
  }

  /** Cuts what is longer than a block. */
  set(id: number, text: string): void {
    if (id >= this.starts.length) this.grow(id);
    this.unused += this.lengths[id];
    if (this.unused > BLOCK && this.unused > this.used / 2) this.compact(id);
    this.write(id, Buffer.from(text).subarray(0, BLOCK));
  }

  /** Takes out of a set whoever does not have the search in their text. */
  keepHolding(ids: BitSet, search: string): void {
    const wanted = Buffer.from(search);
    ids.forEach((id) => {
      const start = this.starts[id];
      if (!holds(this.blocks[Math.floor(start / BLOCK)], start % BLOCK, this.lengths[id], wanted)) ids.delete(id);
    });
  }

  private write(id: number, bytes: Buffer): void {
    if ((this.used % BLOCK) + bytes.length > BLOCK) this.used = Math.ceil(this.used / BLOCK) * BLOCK;
    const block = Math.floor(this.used / BLOCK);
    this.blocks[block] ??= Buffer.alloc(BLOCK);
    this.blocks[block].set(bytes, this.used % BLOCK);
    this.starts[id] = this.used;
    this.lengths[id] = bytes.length;
    this.used += bytes.length;
  }

  /** Writes all texts anew, without the gaps that earlier ones left; but for the one that is about to be replaced. */
  private compact(except: number): void {
    const { blocks, starts, lengths } = this;
    this.blocks = [];
    this.used = 0;
    this.unused = 0;
    for (let id = 0; id < lengths.length; id++) {
      if (lengths[id] === 0 || id === except) continue;
      const block = blocks[Math.floor(starts[id] / BLOCK)];
      this.write(id, block.subarray(starts[id] % BLOCK, (starts[id] % BLOCK) + lengths[id]));
    }
  }

  private grow(id: number): void {
    const size = Math.ceil((id + 1) * 1.5);
    const [starts, lengths] = [new Uint32Array(size), new Uint32Array(size)];
    starts.set(this.starts);
    lengths.set(this.lengths);
    this.starts = starts;
    this.lengths = lengths;
  }
}

/** Native search is slower for texts this short: the call alone takes longer than the loop. */
function holds(block: Buffer, start: number, length: number, wanted: Buffer): boolean {
  const first = wanted[0];
  const last = start + length - wanted.length;
  for (let at = start; at <= last; at++) {
    if (block[at] !== first) continue;
    let same = 1;
    while (same < wanted.length && block[at + same] === wanted[same]) same++;
    if (same === wanted.length) return true;
  }
  return false;
}
