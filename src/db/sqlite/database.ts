import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, Reader } from '../contract.ts';
import { onlyProcess } from '../processes.ts';
import { writingThrough } from '../writing.ts';
import { Checkpoints } from './checkpoints.ts';
import { openSqlite } from './connections.ts';
import { DATABASE_FILE, type DatabaseFiles, type DatabaseGone, fileBytes } from './database-files.ts';
import { Log } from './log.ts';
import { standingBack } from './writing-client.ts';

/** How often the files are looked at while nobody writes. */
const LOOKS_EVERY = 500;

/** Opens the SQLite file in `dataDir`, making the folder where it is missing. Throws where it cannot be written. */
export function openSqliteDatabase(dataDir: string): Database {
  // Whatever this process writes from here on is for this user alone.
  process.umask(0o077);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  accessSync(dataDir, constants.W_OK);
  const filename = join(dataDir, DATABASE_FILE);
  const { reader, writer, files } = openSqlite(filename);
  const watch = new FilesWatch(files);
  const log = new Log(filename);
  const checkpoints = new Checkpoints(writer, filename);
  const writing = writingThrough(writer, {
    check: () => watch.check(),
    ahead: () => log.flushed(),
    changed: () => checkpoints.soon(),
    aside: async (piece, isWaitedFor) => {
      await checkpoints.rest?.catch(() => undefined);
      checkpoints.notePiece();
      return log.flushingAside(writer, () => standingBack(piece, isWaitedFor));
    },
  });
  return {
    read: reader,
    writer,
    async make() {
      await writer.raw('select 1');
      await log.begin(writer);
    },
    ...writing,
    oneRow: writing,
    processes: onlyProcess(),
    gone: watch.gone.promise,
    isGone: () => watch.isGone(),
    now: async () => Date.now(),
    bytes: async () => fileBytes(filename),
    place: { kind: 'SQLite', name: filename },
    async close() {
      watch.end();
      await checkpoints.end();
      await log.close();
      await reader.destroy();
      // The last connection that closes moves the log into the file, but for one that only reads; one that writes closes when it is idle. Whoever
      // copies the file of a stopped Roster is to have all of it.
      if (!watch.isGone() && existsSync(filename)) await writer.raw('select 1').catch(() => undefined);
      await writer.destroy();
      if (watch.isLost) files.putLogAside();
    },
  };
}

/** Only reads what is in `dataDir`, for another thread of the program that has it open. */
export function openSqliteReader(dataDir: string): Reader {
  return openSqlite(join(dataDir, DATABASE_FILE)).reader;
}

/** Looks now and then whether the files are still those that were opened. */
class FilesWatch {
  readonly gone = Promise.withResolvers<DatabaseGone>();
  /** Once they are gone they stay so, whatever is put in their place. */
  private lost: DatabaseGone | undefined;
  private readonly files: DatabaseFiles;
  private readonly looking: NodeJS.Timeout;

  constructor(files: DatabaseFiles) {
    this.files = files;
    this.looking = setInterval(() => {
      if (this.isGone()) clearInterval(this.looking);
    }, LOOKS_EVERY).unref();
  }

  get isLost(): boolean {
    return this.lost !== undefined;
  }

  check(): void {
    if (this.lost) throw this.lost;
    try {
      this.files.check();
    } catch (error) {
      this.lost = error as DatabaseGone;
      this.gone.resolve(this.lost);
      throw error;
    }
  }

  isGone(): boolean {
    try {
      this.check();
      return false;
    } catch {
      return true;
    }
  }

  end(): void {
    clearInterval(this.looking);
  }
}
