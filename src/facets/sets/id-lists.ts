import { KnownLists } from './known-lists.ts';
import { roomFor } from './room.ts';

const NONE: readonly number[] = [];
const FIRST_SIZE = 1_024;
/** What marks a single value, which stands where else the place of a list does. Values are below it. */
const SINGLE = 0x8000_0000;
const MOST_IN_TWO = 0xffff;

/** Two bytes for each are enough while no value is higher. */
type Pool = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** For every id a list of values below 2³¹, in few bytes: most have none or one, or many have the same. */
export class IdLists {
  /** For as long as they are few; what follows is empty meanwhile. */
  private known: KnownLists | undefined = new KnownLists();
  /** By id: 0 for none, a marked single value, or the place in the pool. */
  private places = new Uint32Array(0);
  /** Lists, each with its length before it. Place 0 is nobody's. */
  private pool: Pool = new Uint16Array(0);
  private used = 1;
  private unused = 0;

  of(id: number): readonly number[] {
    if (this.known) return this.known.of(id);
    const place = this.places[id] ?? 0;
    if (place === 0) return NONE;
    if (place >= SINGLE) return [place - SINGLE];
    // By hand: the library goes through an iterator, and a page asks for hundreds.
    const values = new Array<number>(this.pool[place]);
    for (let n = 0; n < values.length; n++) values[n] = this.pool[place + 1 + n];
    return values;
  }

  set(id: number, values: readonly number[]): void {
    if (this.known?.set(id, values)) return;
    if (this.known) this.tellApart(this.known);
    if (id >= this.places.length) this.places = resized(this.places, roomFor(id));
    const place = this.places[id];
    if (place > 0 && place < SINGLE) this.unused += this.pool[place] + 1;
    if (values.length <= 1) this.places[id] = values.length === 0 ? 0 : SINGLE + values[0];
    else this.places[id] = this.append(values);
    if (this.unused > FIRST_SIZE && this.unused > this.used / 2) this.compact();
  }

  /** Lets the room go that it has for more. */
  trim(): void {
    this.pool = this.pool.slice(0, this.used);
  }

  private tellApart(known: KnownLists): void {
    this.known = undefined;
    for (let id = 0; id < known.end; id++) this.set(id, known.of(id));
  }

  private append(values: readonly number[]): number {
    const place = this.used;
    this.used += values.length + 1;
    if (this.pool instanceof Uint16Array && values.some((value) => value > MOST_IN_TWO))
      this.pool = Uint32Array.from(this.pool);
    if (this.used > this.pool.length) this.pool = resized(this.pool, roomFor(this.used + FIRST_SIZE));
    this.pool[place] = values.length;
    this.pool.set(values, place + 1);
    return place;
  }

  private compact(): void {
    const { places, pool } = this;
    this.pool = empty(pool, this.used - this.unused + FIRST_SIZE);
    this.used = 1;
    this.unused = 0;
    for (let id = 0; id < places.length; id++) {
      const place = places[id];
      if (place === 0 || place >= SINGLE) continue;
      const end = place + 1 + pool[place];
      places[id] = this.used;
      this.pool.set(pool.subarray(place, end), this.used);
      this.used += end - place;
    }
  }
}

function resized<T extends Pool>(from: T, length: number): T {
  const to = empty(from, length);
  to.set(from);
  return to;
}

function empty<T extends Pool>(like: T, length: number): T {
  return new (like.constructor as new (length: number) => T)(length);
}
