/** Chance that comes out the same for the same seed (mulberry32). */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  isLikely(part: number): boolean {
    return this.next() < part;
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)];
  }

  /** Few of them, often none. */
  few<T>(of: readonly T[]): T[] {
    return this.isLikely(0.5) ? [] : Array.from({ length: 1 + this.below(2) }, () => this.one(of));
  }
}
