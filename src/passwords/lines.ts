/** Work that is done one after the other for each key, and at once for different ones. */
export class Lines {
  private readonly lines = new Map<string, { last: Promise<unknown>; length: number }>();

  /** How many are at work or wait. */
  lengthOf(key: string): number {
    return this.lines.get(key)?.length ?? 0;
  }

  /** Does the work when its turn has come. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(key) ?? { last: Promise.resolve(), length: 0 };
    line.length++;
    this.lines.set(key, line);
    const turn = line.last.then(work);
    line.last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      if (--line.length === 0) this.lines.delete(key);
    }
  }
}
