/** So many ids stand in one part: what tells them apart there is a byte. */
const PART = 256;
const PARTS = 256;
const NO_BYTES = new Uint8Array(0);
const NO_STARTS = new Uint16Array(0);

/** Ids below 65,536, with a byte for each: they lie by parts, within which they are in no order. */
export class IdBytes {
  size = 0;
  private bytes = NO_BYTES;
  /** Where each part begins, of those up to the highest that has any: ids mostly come ascending, and then nothing behind them is to be moved. */
  private starts = NO_STARTS;
  private parts = 0;

  has(id: number): boolean {
    return this.placeOf(id) >= 0;
  }

  /** Takes in an id that is not in it. */
  add(id: number): void {
    const { size } = this;
    if (size === 0) this.starts = new Uint16Array(PARTS);
    if (size === this.bytes.length) {
      const longer = new Uint8Array(Math.ceil((size + 1) * 1.25));
      longer.set(this.bytes);
      this.bytes = longer;
    }
    const part = Math.floor(id / PART);
    while (this.parts <= part) this.starts[this.parts++] = size;
    const place = this.endOf(part);
    if (place < size) this.bytes.copyWithin(place + 1, place, size);
    this.bytes[place] = id % PART;
    for (let n = part + 1; n < this.parts; n++) this.starts[n]++;
    this.size++;
  }

  /** Lets an id go that is in it. */
  delete(id: number): void {
    const place = this.placeOf(id);
    this.bytes.copyWithin(place, place + 1, this.size);
    for (let n = Math.floor(id / PART) + 1; n < this.parts; n++) this.starts[n]--;
    this.size--;
  }

  /** Writes all of them there. */
  copyTo(ids: Uint16Array): void {
    for (let part = 0; part < this.parts; part++)
      for (let at = this.starts[part], end = this.endOf(part); at < end; at++) ids[at] = part * PART + this.bytes[at];
  }

  /** Lets the room go that it has for more. */
  trim(): void {
    this.bytes = this.bytes.slice(0, this.size);
  }

  private endOf(part: number): number {
    return part + 1 < this.parts ? this.starts[part + 1] : this.size;
  }

  private placeOf(id: number): number {
    const part = Math.floor(id / PART);
    if (part >= this.parts) return -1;
    for (let at = this.starts[part], end = this.endOf(part); at < end; at++)
      if (this.bytes[at] === id % PART) return at;
    return -1;
  }
}
