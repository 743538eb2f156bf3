import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
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
   * Begins it where nothing stands in it, by writing what the database holds already. Whoever writes first would wait for the disk three times: until it
   * has the head of the log, its name in the folder, and what they wrote. The first two it is given here, beside whoever is served.
   */
  async begin(writer: Knex): Promise<void> {
    const size = await stat(this.#filename).then(
      (log) => log.size,
      () => undefined,
    );
    if (size !== 0) return;
    const [{ user_version }] = await writer.raw('pragma user_version');
    await writer.raw('pragma synchronous = off');
    try {
      await writer.raw(`pragma user_version = ${user_version}`);
    } catch {
      // Another process writes, or the disk is full: it is left to the next who can.
    } finally {
      await writer.raw('pragma synchronous = full');
    }
    // Nothing is lost where it fails: the next commit has all of it flushed.
    this.#flushed = this.#flush()
      .then(() => this.#flushFolder())
      .catch(() => {});
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

  /** What is flushed just now, if anything, was. Where it failed the next piece is told, and whoever flushes with their commit is by that. */
  flushed(): Promise<void> | undefined {
    return this.#flushed?.catch(() => {});
  }

  async close(): Promise<void> {
    await this.#flushed?.catch(() => {});
    await (await this.#file?.catch(() => undefined))?.close();
  }

  async #flushFolder(): Promise<void> {
    const folder = await open(dirname(this.#filename));
    await folder.sync().finally(() => folder.close());
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
