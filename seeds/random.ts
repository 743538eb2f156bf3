/** Chance that comes out the same on every machine (mulberry32): for data that looks alive, never for secrets. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  /** From 0 up to, but without, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, but without, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)];
  }

  /** 32 bytes as text. */
  bytes32(): string {
    const words = Array.from({ length: 8 }, () => this.next() * 2 ** 32);
    return Buffer.from(new Uint32Array(words).buffer).toString('base64url');
  }
}

/** Picks among things of which some come up more often than others. */
export class Weighted<T> {
  private readonly all: readonly T[];
  /** The weights summed up: what lies between two of them belongs to the second. */
  private readonly sums: Float64Array;

  constructor(all: readonly T[], weightOf: (one: T, rank: number) => number) {
    this.all = all;
    this.sums = new Float64Array(all.length);
    let sum = 0;
    for (const [rank, one] of all.entries()) this.sums[rank] = sum += weightOf(one, rank);
  }

  pick(random: Random): T {
    const wanted = random.next() * this.sums[this.sums.length - 1];
    let low = 0;
    let high = this.sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sums[middle] > wanted) high = middle;
      else low = middle + 1;
    }
    return this.all[low];
  }
}

/** As towns, words and groups do: the second is about half as large as the first, the third a third. */
export function zipf(rank: number, steepness = 1): number {
  return 1 / (rank + 1) ** steepness;
}
