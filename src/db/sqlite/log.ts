import { type FileHandle, open } from 'node:fs/promises';
import type { Knex } from 'knex';

/** What SQLite itself would say: whoever is told of it knows that it is the disk. */
class NotFlushed extends Error {
  readonly code = 'SQLITE_IOERR_FSYNC';

  constructor(cause: unknown) {
    super('what was written could not be flushed to the disk', { cause });
  }
}

/** The write-ahead log of a database file, as far as it is flushed beside the writing connection. */
export class Log {
  readonly #filename: string;
  #file: Promise<FileHandle> | undefined;
  #flushed: Promise<void> | undefined;

  constructor(filename: string) {
    this.#filename = `${filename}-wal`;
  }

  /**
   * Has the commit of a piece of work not wait for the disk, for which every request would wait as well: the next piece does, beside them. Where
   * the power fails in between, the piece is to be done again; whatever anybody else wrote behind it takes it along to the disk.
   */
  async flushingAside<T>(writer: Knex, piece: () => Promise<T>): Promise<T> {
    const flushed = this.#flushed;
    this.#flushed = undefined;
    await flushed;
    await writer.raw('pragma synchronous = normal');
    try {
      return await piece();
    } finally {
      await writer.raw('pragma synchronous = full');
      this.#flushed = this.#flush();
      // The next piece is told, or nobody is left who could be.
      this.#flushed.catch(() => {});
    }
  }

  async close(): Promise<void> {
    await this.#flushed?.catch(() => {});
    await (await this.#file?.catch(() => undefined))?.close();
  }

  /** SQLite locks nothing in the log, so that no lock is lost with a handle of our own. */
  async #flush(): Promise<void> {
    try {
      this.#file ??= open(this.#filename, 'r+');
      await (await this.#file).datasync();
    } catch (error) {
      this.#file = undefined;
      throw new NotFlushed(error);
    }
  }
}
