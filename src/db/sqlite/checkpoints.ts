import type { Knex } from 'knex';
import { CheckpointThread } from './checkpoint-thread.ts';

/** How long after a change the log is looked at: by then its answer is out. In milliseconds. */
const DELAY = 250;
/** Pages in the write-ahead log: so many are worth to be moved; during a long work fewer, larger moves write less in all. */
const ENOUGH_LOGGED = 1_000;
const MUCH_LOGGED = 6_000;
/** A long work is over when no piece of it was written for so long, in milliseconds. */
const OVER_AFTER = 3_000;

/**
 * Moves what stands in the write-ahead log into the database file, where it is enough to be worth it. Left to SQLite, it
 * is part of the commit that crosses the limit: longer than the change itself, and the reader waits for it. What a long work writes is
 * moved by a thread of its own, for which that work waits and nobody else.
 */
export class Checkpoints {
  readonly #writer: Knex;
  readonly #thread: CheckpointThread;
  #due: NodeJS.Timeout | undefined;
  #lastPiece = Number.NEGATIVE_INFINITY;
  /** What is being moved by the thread. */
  underWay: Promise<void> | undefined;

  constructor(writer: Knex, filename: string) {
    this.#writer = writer;
    this.#thread = new CheckpointThread(filename);
  }

  /** Something was written. */
  soon(): void {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      // It can wait: the next change asks again.
      void this.#look().catch(() => undefined);
    }, DELAY).unref();
  }

  /** A piece of a long work is about to be written. */
  notePiece(): void {
    this.#lastPiece = performance.now();
  }

  async end(): Promise<void> {
    clearTimeout(this.#due);
    await this.underWay;
    await this.#thread.end();
  }

  async #look(): Promise<void> {
    const isLongWork = performance.now() - this.#lastPiece < OVER_AFTER;
    const [{ log }] = await this.#writer.raw('pragma wal_checkpoint(noop)');
    if (!isLongWork) await this.#moveHere(log);
    else if (log >= MUCH_LOGGED) await this.#moveAside();
    // What is left of it is looked at when it is over.
    if (isLongWork) this.soon();
    else await this.#thread.end();
  }

  async #moveHere(log: number): Promise<void> {
    if (log >= ENOUGH_LOGGED) await this.#writer.raw('pragma wal_checkpoint(passive)');
  }

  async #moveAside(): Promise<void> {
    this.underWay ??= this.#thread
      .move()
      .catch(() => this.#moveHere(MUCH_LOGGED))
      .finally(() => {
        this.underWay = undefined;
      });
    await this.underWay;
  }
}
