const LISTS = { Buffer, Int32Array, Uint8Array, Uint16Array, Uint32Array };
export type List = Uint8Array | Int32Array | Uint16Array | Uint32Array;

/** What a list of numbers is meanwhile: where it begins in which of the buffers, in bytes, and how many numbers it has. */
export interface PackedList {
  kind: keyof typeof LISTS;
  buffer: number;
  at: number;
  length: number;
}

/** Bytes. */
const SHELF = 0x2_0000;
/** What every kind of list can begin at. */
const STEP = Uint32Array.BYTES_PER_ELEMENT;

/** Where short lists stand one after the other: thousands of buffers would take more room than all that is in them. */
export class Shelves {
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

/** The list that was put onto a shelf, in the buffers as they came. */
export function listIn(buffers: ArrayBuffer[], { kind, buffer, at, length }: PackedList): List {
  return kind === 'Buffer' ? Buffer.from(buffers[buffer], at, length) : new LISTS[kind](buffers[buffer], at, length);
}
