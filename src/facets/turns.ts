import { SECOND } from '../clock.ts';
import { roomFor } from './sets/room.ts';

const BLOCK = 1_024;
/** Four bytes for each reach from 1970 to 2106. */
const NEVER = 0xffff_ffff;
const LAST = NEVER - 1;

/**
 * When the records of an index turn by themselves: who expires tomorrow is then due to be read again. It works in both directions, for
 * a clock may be set back. It counts in whole seconds, and whoever turns within one is due for as long as that lasts.
 */
export class Turns {
  private readonly coming = new Earliest();
  /** The moments that have passed, counted backwards: the latest of them comes first. */
  private readonly passed = new Earliest();

  /** The moments, in milliseconds, at which the record is another one than the moment before. */
  set(id: number, moments: readonly number[], now: number): void {
    let [coming, passed] = [NEVER, NEVER];
    for (const moment of moments)
      if (moment > now) coming = Math.min(coming, second(Math.floor(moment / SECOND)));
      else passed = Math.min(passed, LAST - second(Math.ceil(moment / SECOND)));
    this.coming.set(id, coming);
    this.passed.set(id, passed);
  }

  /** Those who may not be any more as they were when they were set. */
  due(now: number): number[] {
    const seconds = second(Math.floor(now / SECOND));
    return [...new Set([...this.coming.upTo(seconds), ...this.passed.upTo(LAST - seconds - 1)])];
  }

  /** Those whose last turn so far lies between these moments. */
  turnedBetween(since: number, until: number): number[] {
    const [first, last] = [second(Math.floor(since / SECOND)), second(Math.ceil(until / SECOND))];
    return this.passed.upTo(LAST - first).filter((id) => this.passed.of(id) >= LAST - last);
  }
}

function second(number: number): number {
  return Math.max(0, Math.min(LAST, number));
}

/** A number for every id, with the lowest of each block: who has one up to some is found without asking all. */
export class Earliest {
  private numbers = new Uint32Array(0);
  private earliest = new Uint32Array(0);
  /** None is lower. Mostly nobody is due, and a page that looks at each block of a million asks twice. */
  private least = NEVER;

  set(id: number, number: number): void {
    if (id >= this.numbers.length) this.grow(id);
    const before = this.numbers[id];
    this.numbers[id] = number;
    this.least = Math.min(this.least, number);
    const block = Math.floor(id / BLOCK);
    if (number <= this.earliest[block]) this.earliest[block] = number;
    else if (before === this.earliest[block]) this.earliest[block] = this.earliestIn(block);
  }

  of(id: number): number {
    return this.numbers[id] ?? NEVER;
  }

  upTo(number: number): number[] {
    if (number < this.least) return [];
    const found: number[] = [];
    this.least = NEVER;
    for (let block = 0; block < this.earliest.length; block++) {
      this.least = Math.min(this.least, this.earliest[block]);
      if (this.earliest[block] > number) continue;
      for (let id = block * BLOCK; id < (block + 1) * BLOCK; id++) if (this.numbers[id] <= number) found.push(id);
    }
    return found;
  }

  private earliestIn(block: number): number {
    let earliest = NEVER;
    for (let id = block * BLOCK; id < (block + 1) * BLOCK; id++) earliest = Math.min(earliest, this.numbers[id]);
    return earliest;
  }

  private grow(id: number): void {
    const blocks = Math.ceil(roomFor(id) / BLOCK);
    this.numbers = longer(this.numbers, blocks * BLOCK);
    this.earliest = longer(this.earliest, blocks);
  }
}

function longer(from: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(length).fill(NEVER, from.length);
  to.set(from);
  return to;
}
