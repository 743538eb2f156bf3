import type { BitSet } from '../sets/bit-set.ts';
import { roomFor } from '../sets/room.ts';

const BLOCK = 1 << 18;
/** Stands for the length of a text where it is not shorter, and the length follows in four bytes. */
const LONG = 255;
const LENGTH_OF_LONG = 5;

/** The texts of ids as UTF-8, each with its length before it, in blocks: a million strings of JavaScript would take twice the room and be looked at by its garbage collector. */
export class TextPool {
  private blocks: Buffer[] = [];
  /** By id, where the text begins; 0 for none. */
  private starts = new Uint32Array(0);
  /** The first place is nobody's. */
  private used = 1;
  private unused = 0;

  of(id: number): string {
    const start = this.starts[id] ?? 0;
    if (start === 0) return '';
    return textAt(this.blocks, start).toString('utf8');
  }

  /** Cuts what is longer than a block. */
  set(id: number, text: string): void {
    if (id >= this.starts.length) this.grow(id);
    const start = this.starts[id];
    if (start !== 0) this.unused += sizeOf(textAt(this.blocks, start));
    this.starts[id] = 0;
    if (this.unused > BLOCK && this.unused > this.used / 2) this.compact();
    if (text !== '') this.write(id, Buffer.from(text).subarray(0, BLOCK - LENGTH_OF_LONG));
  }

  /** Takes out of a set whoever does not have the search in their text, or in what stands before a mark in it. */
  keepHolding(ids: BitSet, search: string, mark?: string): void {
    const wanted = Buffer.from(search);
    const marked = mark === undefined ? undefined : Buffer.from(mark);
    ids.forEach((id) => {
      const start = this.starts[id];
      const block = this.blocks[Math.floor(start / BLOCK)];
      const at = start % BLOCK;
      const isLong = block[at] === LONG;
      const from = at + (isLong ? LENGTH_OF_LONG : 1);
      const end = from + (isLong ? block.readUInt32LE(at + 1) : block[at]);
      const markAt = marked === undefined ? -1 : placeIn(block, from, end, marked);
      if (placeIn(block, from, markAt === -1 ? end : markAt, wanted) === -1) ids.delete(id);
    });
  }

  private write(id: number, bytes: Buffer): void {
    const size = sizeOf(bytes);
    if ((this.used % BLOCK) + size > BLOCK) this.used = Math.ceil(this.used / BLOCK) * BLOCK;
    const number = Math.floor(this.used / BLOCK);
    const at = this.used % BLOCK;
    this.blocks[number] ??= Buffer.alloc(BLOCK);
    const block = this.blocks[number];
    if (bytes.length < LONG) block[at] = bytes.length;
    else {
      block[at] = LONG;
      block.writeUInt32LE(bytes.length, at + 1);
    }
    block.set(bytes, at + size - bytes.length);
    this.starts[id] = this.used;
    this.used += size;
  }

  /** Writes all texts anew, without the gaps that earlier ones left. */
  private compact(): void {
    const { blocks, starts } = this;
    this.blocks = [];
    this.used = 1;
    this.unused = 0;
    for (let id = 0; id < starts.length; id++) if (starts[id] !== 0) this.write(id, textAt(blocks, starts[id]));
  }

  private grow(id: number): void {
    const longer = new Uint32Array(roomFor(id));
    longer.set(this.starts);
    this.starts = longer;
  }
}

function textAt(blocks: Buffer[], start: number): Buffer {
  const block = blocks[Math.floor(start / BLOCK)];
  const at = start % BLOCK;
  const [from, length] = block[at] === LONG ? [at + LENGTH_OF_LONG, block.readUInt32LE(at + 1)] : [at + 1, block[at]];
  return block.subarray(from, from + length);
}

/** Of a text and its length. */
function sizeOf(bytes: Buffer): number {
  return bytes.length + (bytes.length < LONG ? 1 : LENGTH_OF_LONG);
}

/** Where it begins; -1 where it is not there. Native search is slower for texts this short: the call alone takes longer than the loop. */
function placeIn(block: Buffer, start: number, end: number, wanted: Buffer): number {
  const first = wanted[0];
  const last = end - wanted.length;
  for (let at = start; at <= last; at++) {
    if (block[at] !== first) continue;
    let same = 1;
    while (same < wanted.length && block[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
  }
  return -1;
}
