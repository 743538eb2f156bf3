import type { Knex } from 'knex';
import { CheckpointThread } from './checkpoint-thread.ts';

/** How long after a change the log is looked at: by then its answer is out. In milliseconds. */
const DELAY = 250;
/** Pages in the write-ahead log: so many are worth to be moved; during a long work fewer, larger moves write less in all. */
const ENOUGH_LOGGED = 1_000;
const MUCH_LOGGED = 6_000;
/** A long work is over when no piece of it was written for so long, in milliseconds; and the thread is not begun anew for what follows within that. */
const OVER_AFTER = 3_000;

/**
 * Moves what stands in the write-ahead log into the database file, where it is enough to be worth it. Left to SQLite, it
 * is part of the commit that crosses the limit: longer than the change itself, and the reader waits for it. A thread of its own does it,
 * for it waits for the disk in between; nobody waits for that but a long work.
 */
export class Checkpoints {
  readonly #writer: Knex;
  readonly #thread: CheckpointThread;
  #due: NodeJS.Timeout | undefined;
  #lastPiece = Number.NEGATIVE_INFINITY;
  #lastMove = Number.NEGATIVE_INFINITY;
  #isEnded = false;
  /** What the thread moves before the work goes on. */
  rest: Promise<unknown> | undefined;

  constructor(writer: Knex, filename: string) {
    this.#writer = writer;
    this.#thread = new CheckpointThread(filename);
  }

  /** Something was written. */
  soon(): void {
    this.#due ??= setTimeout(async () => {
      // It can wait: the next change asks again.
      const isToGoOn = await this.#look().catch(() => false);
      this.#due = undefined;
      if (isToGoOn) this.soon();
    }, DELAY).unref();
  }

  /** A piece of a long work is about to be written. */
  notePiece(): void {
    this.#lastPiece = performance.now();
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#due);
    await this.#thread.end();
  }

  /** Whether it is to be looked again: there may be something left when the work is over, and the thread is to end. */
  async #look(): Promise<boolean> {
    const isLongWork = isRecent(this.#lastPiece);
    const [{ log, checkpointed }] = await this.#writer.raw('pragma wal_checkpoint(noop)');
    if (log - checkpointed >= (isLongWork ? MUCH_LOGGED : ENOUGH_LOGGED)) {
      await this.#moveAside().catch(() => this.#moveHere());
      this.#lastMove = performance.now();
    }
    const isToGoOn = isRecent(this.#lastPiece) || isRecent(this.#lastMove);
    if (!isToGoOn) await this.#thread.end();
    return isToGoOn && !this.#isEnded;
  }

  async #moveHere(): Promise<void> {
    await this.#writer.raw('pragma wal_checkpoint(passive)');
  }

  /** The log begins anew only when all of it was moved: the work goes on beside the most of it, and waits for the little that it added. */
  async #moveAside(): Promise<void> {
    await this.#thread.move();
    this.rest = this.#thread.move().finally(() => {
      this.rest = undefined;
    });
    await this.rest;
  }
}

function isRecent(moment: number): boolean {
  return performance.now() - moment < OVER_AFTER;
}
