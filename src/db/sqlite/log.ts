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

  constructor(filename: string) {
    this.#filename = `${filename}-wal`;
  }

  /**
   * Has the commits of a piece of work not wait for the disk, for which every request would wait as well; then waits for it beside them. It is on
   * the disk when it is acknowledged, as with any other: what is lost before, as the power fails, is lost with all that followed it.
   */
  async flushingAside<T>(writer: Knex, piece: () => Promise<T>): Promise<T> {
    await writer.raw('pragma synchronous = normal');
    let result: T;
    try {
      result = await piece();
    } finally {
      await writer.raw('pragma synchronous = full');
    }
    await this.#flush();
    return result;
  }

  async close(): Promise<void> {
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
