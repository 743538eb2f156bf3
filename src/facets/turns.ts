const BLOCK = 1_024;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * When the records of an index turn by themselves, in milliseconds: who expires tomorrow is then due to be read again. It
 * works in both directions, for a clock may be set back.
 */
export class Turns {
  private readonly coming = new Earliest();
  /** The moments that have passed, negated: the latest of them comes first. */
  private readonly passed = new Earliest();

  /** The moments at which the record is another one than the moment before. */
  set(id: number, moments: readonly number[], now: number): void {
    let [coming, passed] = [NEVER, -NEVER];
    for (const moment of moments)
      if (moment > now) coming = Math.min(coming, moment);
      else passed = Math.max(passed, moment);
    this.coming.set(id, coming);
    this.passed.set(id, -passed);
  }

  /** Those who are not any more as they were when they were set. */
  due(now: number): number[] {
    return [...new Set([...this.coming.upTo(now), ...this.passed.upTo(-now - 1)])];
  }
}

/** A moment for every id, with the earliest of each block: who is due is found without asking all. */
export class Earliest {
  private moments = new Float64Array(0);
  private earliest = new Float64Array(0);

  set(id: number, moment: number): void {
    if (id >= this.moments.length) this.grow(id);
    const before = this.moments[id];
    this.moments[id] = moment;
    const block = Math.floor(id / BLOCK);
    if (moment <= this.earliest[block]) this.earliest[block] = moment;
    else if (before === this.earliest[block]) this.earliest[block] = this.earliestIn(block);
  }

  upTo(moment: number): number[] {
    const found: number[] = [];
    for (let block = 0; block < this.earliest.length; block++) {
      if (this.earliest[block] > moment) continue;
      for (let id = block * BLOCK; id < (block + 1) * BLOCK; id++) if (this.moments[id] <= moment) found.push(id);
    }
    return found;
  }

  private earliestIn(block: number): number {
    let earliest = NEVER;
    for (let id = block * BLOCK; id < (block + 1) * BLOCK; id++) earliest = Math.min(earliest, this.moments[id]);
    return earliest;
  }

  private grow(id: number): void {
    const blocks = Math.max(Math.floor(id / BLOCK) + 1, Math.ceil(this.earliest.length * 1.5));
    this.moments = longer(this.moments, blocks * BLOCK);
    this.earliest = longer(this.earliest, blocks);
  }
}

function longer(from: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(length).fill(NEVER, from.length);
  to.set(from);
  return to;
}
