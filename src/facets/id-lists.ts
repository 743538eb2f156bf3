const NONE: readonly number[] = [];
const FIRST_SIZE = 1_024;
/** What marks a single value, which stands where else the place of a list does. Values are below it. */
const SINGLE = 0x8000_0000;

/** For every id a list of values below 2³¹, in few bytes: most have none or one. */
export class IdLists {
  /** By id: 0 for none, a marked single value, or the place in the pool. */
  private places = new Uint32Array(FIRST_SIZE);
  /** Lists, each with its length before it. Place 0 is nobody's. */
  private pool = new Uint32Array(FIRST_SIZE);
  private used = 1;
  private unused = 0;

  of(id: number): readonly number[] {
    const place = this.places[id] ?? 0;
    if (place === 0) return NONE;
    if (place >= SINGLE) return [place - SINGLE];
    // By hand: the library goes through an iterator, and a page asks for hundreds.
    const values = new Array<number>(this.pool[place]);
    for (let n = 0; n < values.length; n++) values[n] = this.pool[place + 1 + n];
    return values;
  }

  set(id: number, values: readonly number[]): void {
    if (id >= this.places.length) this.places = resized(this.places, Math.ceil((id + 1) * 1.5));
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

  private append(values: readonly number[]): number {
    const place = this.used;
    this.used += values.length + 1;
    if (this.used > this.pool.length) this.pool = resized(this.pool, Math.ceil(this.used * 1.5));
    this.pool[place] = values.length;
    this.pool.set(values, place + 1);
    return place;
  }

  private compact(): void {
    const { places, pool } = this;
    this.pool = new Uint32Array(this.used - this.unused + FIRST_SIZE);
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

function resized(from: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(length);
  to.set(from);
  return to;
}
