/** So many ids stand in one part: what tells them apart there is a byte. */
const PART = 256;
const PARTS = 256;

/** Ids below 65,536, with a byte for each: they lie by parts, within which they are in no order. */
export class IdBytes {
  /** Where each part begins, and where the last one ends. */
  private readonly starts = new Uint16Array(PARTS + 1);
  private bytes = new Uint8Array(0);

  has(id: number): boolean {
    return this.placeOf(id) >= 0;
  }

  /** Takes in an id that is not in it. */
  add(id: number): void {
    const size = this.starts[PARTS];
    if (size === this.bytes.length) {
      const longer = new Uint8Array(Math.ceil((size + 1) * 1.25));
      longer.set(this.bytes);
      this.bytes = longer;
    }
    const part = Math.floor(id / PART);
    const place = this.starts[part + 1];
    this.bytes.copyWithin(place + 1, place, size);
    this.bytes[place] = id % PART;
    for (let n = part + 1; n <= PARTS; n++) this.starts[n]++;
  }

  /** Lets an id go that is in it. */
  delete(id: number): void {
    const place = this.placeOf(id);
    this.bytes.copyWithin(place, place + 1, this.starts[PARTS]);
    for (let n = Math.floor(id / PART) + 1; n <= PARTS; n++) this.starts[n]--;
  }

  /** Writes all of them there. */
  copyTo(ids: Uint16Array): void {
    const { starts, bytes } = this;
    for (let part = 0; part < PARTS; part++)
      for (let at = starts[part]; at < starts[part + 1]; at++) ids[at] = part * PART + bytes[at];
  }

  /** Lets the room go that it has for more. */
  trim(): void {
    this.bytes = this.bytes.slice(0, this.starts[PARTS]);
  }

  private placeOf(id: number): number {
    const { starts, bytes } = this;
    const part = Math.floor(id / PART);
    for (let at = starts[part]; at < starts[part + 1]; at++) if (bytes[at] === id % PART) return at;
    return -1;
  }
}
