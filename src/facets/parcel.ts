import { deserialize, serialize } from 'node:v8';
import { BitSet } from './bit-set.ts';
import { Facet } from './facet.ts';
import { FacetIndex } from './facet-index.ts';
import { IdBlock } from './id-block.ts';
import { IdBytes } from './id-bytes.ts';
import { IdLists } from './id-lists.ts';
import { IdNumbers } from './id-numbers.ts';
import { IdSet } from './id-set.ts';
import { KnownLists } from './known-lists.ts';
import { TextIndex } from './text-index.ts';
import { TextPool } from './text-pool.ts';
import { Earliest, Turns } from './turns.ts';

/** What an index is made of goes by these names. None of it has anything but its fields. */
const CLASSES: Record<string, new () => object> = {
  ...{
    BitSet,
    Earliest,
    Facet,
    FacetIndex,
    IdBlock,
    IdBytes,
    IdLists,
    IdNumbers,
    IdSet,
    KnownLists,
    TextIndex,
    TextPool,
    Turns,
  },
  Object,
};

const LISTS = { Buffer, Int32Array, Uint8Array, Uint16Array, Uint32Array };
type List = Uint8Array | Int32Array | Uint16Array | Uint32Array;

/** What an object is meanwhile. */
interface PackedObject {
  name: string;
  fields: Record<string, unknown>;
}

interface PackedMap {
  entries: [key: unknown, value: unknown][];
}

/** What a list of numbers is meanwhile: where it begins in which of the buffers, in bytes, and how many numbers it has. */
interface PackedList {
  kind: keyof typeof LISTS;
  buffer: number;
  at: number;
  length: number;
}

/** What is sent before the buffers. */
interface Contents {
  packed: unknown;
  /** How many bytes each of the buffers has. */
  sizes: number[];
}

/** Something to be sent to another process: pieces of bytes, to be written one after the other. It has no circles, and is of no use here afterwards. */
export function pack(whole: object): Uint8Array[] {
  const shelves = new Shelves();
  const contents: Contents = { packed: packed(whole, shelves), sizes: shelves.buffers.map((one) => one.byteLength) };
  const header = serialize(contents);
  return [new Uint8Array(Uint32Array.of(header.length).buffer), header, ...shelves.buffers];
}

/** The next of what was packed, put together again; undefined where nothing more comes. */
export async function unpack(bytes: ByteReader): Promise<unknown> {
  const length = new Uint32Array(1);
  if (!(await bytes.fill(new Uint8Array(length.buffer), 'or nothing'))) return undefined;
  const header = new Uint8Array(length[0]);
  await bytes.fill(header);
  const contents: Contents = deserialize(header);
  const buffers: ArrayBuffer[] = [];
  for (const size of contents.sizes) {
    const buffer = new ArrayBuffer(size);
    await bytes.fill(new Uint8Array(buffer));
    buffers.push(buffer);
  }
  return unpacked(contents.packed, buffers);
}

function packed(value: unknown, shelves: Shelves): unknown {
  const each = (one: unknown) => packed(one, shelves);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return shelves.put(value as List);
  if (Array.isArray(value)) return Array.from(value, each);
  if (value instanceof Map) return { entries: Array.from(value, ([key, one]) => [key, each(one)]) } satisfies PackedMap;
  const { name } = value.constructor;
  if (!(name in CLASSES)) throw new Error(`${name} cannot be packed`);
  if (value instanceof IdSet || value instanceof IdLists) value.trim();
  return { name, fields: eachField(value, each) } satisfies PackedObject;
}

function unpacked(value: unknown, buffers: ArrayBuffer[]): unknown {
  const each = (one: unknown) => unpacked(one, buffers);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(each);
  if ('entries' in value) return new Map((value as PackedMap).entries.map(([key, one]) => [key, each(one)]));
  if ('fields' in value) {
    const { name, fields } = value as PackedObject;
    return Object.assign(new CLASSES[name](), eachField(fields, each));
  }
  const { kind, buffer, at, length } = value as PackedList;
  return kind === 'Buffer' ? Buffer.from(buffers[buffer], at, length) : new LISTS[kind](buffers[buffer], at, length);
}

function eachField(fields: object, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, change(value)]));
}

/** Bytes. */
const SHELF = 0x2_0000;
/** What every kind of list can begin at. */
const STEP = Uint32Array.BYTES_PER_ELEMENT;

/** Where short lists stand one after the other: thousands of buffers would take more room than all that is in them. */
class Shelves {
  readonly buffers: Uint8Array[] = [];
  private shelf = new Uint8Array(0);
  private used = 0;

  put(list: List): PackedList {
    const bytes = new Uint8Array(list.buffer, list.byteOffset, list.byteLength);
    const kind = list.constructor.name as PackedList['kind'];
    if (bytes.length > SHELF / 16) {
      this.buffers.push(bytes);
      return { kind, buffer: this.buffers.length - 1, at: 0, length: list.length };
    }
    if (this.used + bytes.length > this.shelf.length) {
      this.shelf = new Uint8Array(SHELF);
      this.used = 0;
      this.buffers.push(this.shelf);
    }
    const buffer = this.buffers.lastIndexOf(this.shelf);
    const at = this.used;
    this.shelf.set(bytes, at);
    this.used = Math.ceil((at + bytes.length) / STEP) * STEP;
    return { kind, buffer, at, length: list.length };
  }
}

/** Bytes as they come, read in pieces of one's own size. */
export class ByteReader {
  private readonly coming: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.coming = stream[Symbol.asyncIterator]();
  }

  /** Fills all of it. Throws where they end before; where nothing comes at all, that may be told by false. */
  async fill(target: Uint8Array, end?: 'or nothing'): Promise<boolean> {
    for (let filled = 0; filled < target.length; ) {
      if (this.rest.length === 0) {
        const { value, done } = await this.coming.next();
        if (done && filled === 0 && end) return false;
        if (done) throw new Error('what was sent is not whole');
        this.rest = value;
      }
      const taken = this.rest.subarray(0, target.length - filled);
      target.set(taken, filled);
      filled += taken.length;
      this.rest = this.rest.subarray(taken.length);
    }
    return true;
  }
}
