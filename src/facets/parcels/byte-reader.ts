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
