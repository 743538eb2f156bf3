const BITS = 32;

/** A set of ids with one bit each: a million of them take 125 KB. */
export class BitSet {
  private words: Int32Array;

  constructor(words = new Int32Array(0)) {
    this.words = words;
  }

  /** An empty one with room for the ids before this one. */
  static upTo(end: number): BitSet {
    return new BitSet(new Int32Array(Math.ceil(end / BITS)));
  }

  /** One more than the highest id that it has room for. */
  get end(): number {
    return this.words.length * BITS;
  }

  has(id: number): boolean {
    return (this.words[id >>> 5] & (1 << (id & 31))) !== 0;
  }

  add(id: number): void {
    if (id >= this.end) this.grow(id);
    this.words[id >>> 5] |= 1 << (id & 31);
  }

  delete(id: number): void {
    if (id < this.end) this.words[id >>> 5] &= ~(1 << (id & 31));
  }

  copy(): BitSet {
    return new BitSet(this.words.slice());
  }

  /** Keeps what is in the other set as well. */
  intersect({ words }: BitSet): this {
    const own = this.words;
    const both = Math.min(own.length, words.length);
    for (let n = 0; n < both; n++) own[n] &= words[n];
    own.fill(0, both);
    return this;
  }

  /** Keeps what is not in the other set. */
  subtract({ words }: BitSet): this {
    const own = this.words;
    const both = Math.min(own.length, words.length);
    for (let n = 0; n < both; n++) own[n] &= ~words[n];
    return this;
  }

  /** Adds what is in the other set. */
  unite({ words }: BitSet): this {
    if (words.length > this.words.length) this.resize(words.length);
    const own = this.words;
    for (let n = 0; n < words.length; n++) own[n] |= words[n];
    return this;
  }

  count(): number {
    const { words } = this;
    let count = 0;
    for (let n = 0; n < words.length; n++) count += bitsOf(words[n]);
    return count;
  }

  /** Whether both have the same ids, however much room they have. */
  equals({ words }: BitSet): boolean {
    const own = this.words;
    const most = Math.max(own.length, words.length);
    for (let n = 0; n < most; n++) if ((own[n] ?? 0) !== (words[n] ?? 0)) return false;
    return true;
  }

  /** How many are in both. */
  countBoth(other: BitSet): number {
    const [own, words] = [this.words, other.words];
    const both = Math.min(own.length, words.length);
    let count = 0;
    for (let n = 0; n < both; n++) count += bitsOf(own[n] & words[n]);
    return count;
  }

  /** How many are in both, the other one being the ids from this one on; it is divisible by 32, like those below. */
  countWords(words: Int32Array, first: number): number {
    const from = first / BITS;
    const both = Math.min(this.words.length - from, words.length);
    let count = 0;
    for (let n = 0; n < both; n++) count += bitsOf(this.words[from + n] & words[n]);
    return count;
  }

  /** Adds what is in the other one, which is the ids from this one on. */
  uniteWords(words: Int32Array, first: number): void {
    const from = first / BITS;
    if (from + words.length > this.words.length) this.resize(from + words.length);
    for (let n = 0; n < words.length; n++) this.words[from + n] |= words[n];
  }

  /** Keeps of the ids from this one on what is in the other one as well, as far as that reaches. */
  intersectWords(words: Int32Array, first: number): void {
    const from = first / BITS;
    const both = Math.min(this.words.length - from, words.length);
    for (let n = 0; n < both; n++) this.words[from + n] &= words[n];
  }

  /** Takes out all ids from one on and before another. */
  clear(first: number, end: number): void {
    this.words.fill(0, first / BITS, end / BITS);
  }

  /** Calls `visit` for every id, ascending. */
  forEach(visit: (id: number) => void): void {
    const { words } = this;
    for (let n = 0; n < words.length; n++)
      for (let word = words[n]; word !== 0; word &= word - 1) visit(n * BITS + BITS - 1 - Math.clz32(word & -word));
  }

  ids(): number[] {
    const ids: number[] = [];
    this.forEach((id) => {
      ids.push(id);
    });
    return ids;
  }

  /** The first so many ids in their order, or backwards; past one of them, or from the start. */
  first(most: number, descending: boolean, past?: number): number[] {
    const { words } = this;
    const last = words.length - 1;
    const ids: number[] = [];
    const start =
      past === undefined
        ? descending
          ? last
          : 0
        : Math.min(Math.floor(past / BITS), descending ? last : words.length);
    for (let n = start; n >= 0 && n <= last && ids.length < most; n += descending ? -1 : 1)
      for (let word = words[n]; word !== 0 && ids.length < most; ) {
        const bit = BITS - 1 - Math.clz32(descending ? word : word & -word);
        word &= ~(1 << bit);
        const id = n * BITS + bit;
        if (past === undefined || (descending ? id < past : id > past)) ids.push(id);
      }
    return ids;
  }

  private grow(id: number): void {
    this.resize(Math.max((id >>> 5) + 1, Math.ceil(this.words.length * 1.5)));
  }

  private resize(length: number): void {
    const words = new Int32Array(length);
    words.set(this.words);
    this.words = words;
  }
}

function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
