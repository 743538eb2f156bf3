import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { Facet } from '../facet.ts';
import { FacetIndex } from '../facet-index.ts';
import { TextIndex } from '../search/text-index.ts';
import { TextPool } from '../search/text-pool.ts';
import { BitSet } from '../sets/bit-set.ts';
import { IdBlock } from '../sets/id-block.ts';
import { IdBytes } from '../sets/id-bytes.ts';
import { IdLists } from '../sets/id-lists.ts';
import { IdNumbers } from '../sets/id-numbers.ts';
import { IdSet } from '../sets/id-set.ts';
import { KnownLists } from '../sets/known-lists.ts';
import { Earliest, Turns } from '../turns.ts';
import type { ByteReader } from './byte-reader.ts';
import { type List, listIn, type PackedList, Shelves } from './shelves.ts';

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

/** What an object is meanwhile. */
interface PackedObject {
  name: string;
  fields: Record<string, unknown>;
}

/** What a map or an array is meanwhile: all that is in it, or in which of the parts that were sent before it stands. */
interface PackedEntries {
  of: 'map' | 'array';
  entries?: unknown[];
  parts?: { from: number; to: number };
}

/** What is sent before everything else. */
interface Contents {
  /** How many bytes each of the buffers has. */
  sizes: number[];
  parts: number;
}

/** So many values stand in one part, whatever they are in: putting a part together keeps others waiting for few milliseconds. */
const IN_ONE_PART = 1_500;
/** What has fewer in it stands where it belongs; anything else is put together by itself, or the last part would become as large as all that are small. */
const WORTH_A_PART = 200;

/** Something to be sent to another process: pieces of bytes, to be written one after the other. It has no circles, and is of no use here afterwards. */
export function pack(whole: object): Uint8Array[] {
  const packer = new Packer();
  const last = packer.packed(whole);
  const { shelves, parts } = packer;
  const contents: Contents = { sizes: shelves.buffers.map((one) => one.byteLength), parts: parts.length };
  return [...message(contents), ...shelves.buffers, ...[...parts, last].flatMap(message)];
}

/** The next of what was packed, put together again; undefined where nothing more comes. Others have their turn in between. */
export async function unpack(bytes: ByteReader): Promise<unknown> {
  const contents = (await nextMessage(bytes, 'or nothing')) as Contents | undefined;
  if (!contents) return undefined;
  const unpacker = new Unpacker();
  for (const size of contents.sizes) {
    const buffer = new ArrayBuffer(size);
    await bytes.fill(new Uint8Array(buffer));
    unpacker.buffers.push(buffer);
  }
  for (let part = 0; part < contents.parts; part++) {
    unpacker.parts.push(unpacker.unpacked(await nextMessage(bytes)) as unknown[]);
    await turnOfOthers();
  }
  return unpacker.unpacked(await nextMessage(bytes));
}

function message(content: unknown): Uint8Array[] {
  const bytes = serialize(content);
  return [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes];
}

async function nextMessage(bytes: ByteReader, end?: 'or nothing'): Promise<unknown> {
  const length = new Uint32Array(1);
  if (!(await bytes.fill(new Uint8Array(length.buffer), end))) return undefined;
  const content = new Uint8Array(length[0]);
  await bytes.fill(content);
  return deserialize(content);
}

class Packer {
  readonly shelves = new Shelves();
  /** Pieces of what has too much in it for one, in the order in which they are put together. */
  readonly parts: unknown[] = [];
  /** How many values were packed so far. */
  private values = 0;

  packed(value: unknown): unknown {
    this.values++;
    if (typeof value !== 'object' || value === null) return value;
    if (ArrayBuffer.isView(value)) return this.shelves.put(value as List);
    if (Array.isArray(value)) return this.entries('array', value);
    if (value instanceof Map) return this.entries('map', [...value.entries()].flat());
    const { name } = value.constructor;
    if (!(name in CLASSES)) throw new Error(`${name} cannot be packed`);
    if (value instanceof IdSet || value instanceof IdLists) value.trim();
    const fields = Object.fromEntries(Object.entries(value).map(([field, one]) => [field, this.packed(one)]));
    return { name, fields } satisfies PackedObject;
  }

  private entries(of: PackedEntries['of'], values: Iterable<unknown>): PackedEntries {
    const parts: unknown[][] = [[]];
    const first = this.values;
    let begun = first;
    for (const value of values) {
      if (this.values - begun >= IN_ONE_PART) {
        parts.push([]);
        begun = this.values;
      }
      parts[parts.length - 1].push(this.packed(value));
    }
    if (this.values - first < WORTH_A_PART) return { of, entries: parts[0] };
    const from = this.parts.length;
    for (const entries of parts) this.parts.push({ of: 'array', entries } satisfies PackedEntries);
    return { of, parts: { from, to: this.parts.length } };
  }
}

class Unpacker {
  readonly buffers: ArrayBuffer[] = [];
  readonly parts: unknown[][] = [];

  unpacked(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if ('of' in value) return this.entries(value as PackedEntries);
    if ('fields' in value) {
      const { name, fields } = value as PackedObject;
      const made = new CLASSES[name]() as Record<string, unknown>;
      for (const field in fields) made[field] = this.unpacked(fields[field]);
      return made;
    }
    return listIn(this.buffers, value as PackedList);
  }

  private entries({ of, entries, parts }: PackedEntries): unknown {
    const values = entries
      ? Array.from(entries, (one) => this.unpacked(one))
      : this.parts.slice(parts!.from, parts!.to).flat();
    return of === 'array' ? values : mapOf(values);
  }
}

/** A map of what stands in turns: key, value, key, value. */
function mapOf(values: unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let at = 0; at < values.length; at += 2) map.set(values[at], values[at + 1]);
  return map;
}
