import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { DATABASE_FILE, DatabaseGone } from './database-files.ts';
import { checkpoint, openSqlite } from './sqlite.ts';

/** What a store reads from: the read side of the database, or the transaction it takes part in. */
export type Reader = Knex;

/** What a verb that changes state takes part in. Inside it only the transaction itself is ever awaited. */
export type Transaction = Knex.Transaction;

/** The database answered "busy" for as long as we were ready to wait; nothing was changed. */
export class DatabaseBusy extends Error {
  constructor() {
    super('the database is busy');
  }
}

export interface Database {
  /** Sees everything that was committed; never waits for a writer. */
  readonly read: Reader;
  /** The one writing connection, for migrations. Everything else writes through `write`. */
  readonly writer: Knex;
  /** Makes the file where there is none, which a reader cannot. */
  make(): Promise<void>;
  /** Runs `work` in one transaction that holds the write lock from its beginning. Returns when it is where it will be read. */
  write<T>(work: (trx: Transaction) => Promise<T>): Promise<T>;
  /** The same for what may as well be written later: where the database does not take it soon, it is left out. */
  note(work: (trx: Transaction) => Promise<unknown>): Promise<void>;
  /** Resolves when the file or its log was deleted, moved or replaced. Nothing that is written from then on is acknowledged. */
  readonly gone: Promise<DatabaseGone>;
  /** The same at this moment, looked at anew. Takes microseconds. */
  isGone(): boolean;
  close(): Promise<void>;
}

const BUSY_PATIENCE = 5_000;
const NOTE_PATIENCE = 200;
/** How long after a change the log is looked at: by then its answer is out. */
const CHECKPOINT_DELAY = 250;
/** How often the files are looked at while nobody writes. */
const LOOKS_EVERY = 500;

/** Opens the SQLite file in `dataDir`, making the folder where it is missing. Throws where it cannot be written. */
export function openDatabase(dataDir: string): Database {
  // Whatever this process writes from here on is for this user alone.
  process.umask(0o077);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  accessSync(dataDir, constants.W_OK);
  const { reader, writer, files } = openSqlite(join(dataDir, DATABASE_FILE));
  const gone = Promise.withResolvers<DatabaseGone>();
  /** Once they are gone they stay so, whatever is put in their place. */
  let lost: DatabaseGone | undefined;
  function checkFiles(): void {
    if (lost) throw lost;
    try {
      files.check();
    } catch (error) {
      lost = error as DatabaseGone;
      gone.resolve(lost);
      throw error;
    }
  }
  function isGone(): boolean {
    try {
      checkFiles();
      return false;
    } catch {
      return true;
    }
  }
  const looking = setInterval(() => {
    if (isGone()) clearInterval(looking);
  }, LOOKS_EVERY).unref();
  let awaited: NodeJS.Timeout | undefined;
  function checkpointSoon(): void {
    awaited ??= setTimeout(async () => {
      awaited = undefined;
      // It can wait: the next change asks again.
      await checkpoint(writer).catch(() => undefined);
    }, CHECKPOINT_DELAY).unref();
  }

  /** Those who write stand in line: where many ask for a lock that another process holds, SQLite's wait of each blocks every request. */
  let last: Promise<unknown> = Promise.resolve();
  function inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  async function attempt<T>(work: (trx: Transaction) => Promise<T>, patientUntil: number): Promise<T> {
    // Another process (the command line) may hold the write lock. SQLite's own wait would block every request,
    // so it is kept short and repeated from here.
    for (let pause = 10; ; pause = Math.min(pause * 2, 200)) {
      try {
        checkFiles();
        const result = await transact(writer, work);
        // A commit succeeds in a file that was deleted as well.
        checkFiles();
        checkpointSoon();
        return result;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() > patientUntil) throw new DatabaseBusy();
        await sleep(pause);
      }
    }
  }

  return {
    read: reader,
    writer,
    async make() {
      await writer.raw('select 1');
    },
    write(work) {
      const patientUntil = performance.now() + BUSY_PATIENCE;
      return inLine(() => attempt(work, patientUntil));
    },
    async note(work) {
      const patientUntil = performance.now() + NOTE_PATIENCE;
      let isTooLate = false;
      const taken = inLine(async () => {
        if (!isTooLate) await attempt(work, patientUntil);
      }).catch((error) => {
        if (!isUnavailable(error)) throw error;
      });
      await Promise.race([taken, sleep(NOTE_PATIENCE, undefined, { ref: false })]);
      isTooLate = true;
    },
    gone: gone.promise,
    isGone,
    async close() {
      clearInterval(looking);
      clearTimeout(awaited);
      await reader.destroy();
      await writer.destroy();
      if (lost) files.putLogAside();
    },
  };
}

/** Only reads what is in `dataDir`, for another thread of the program that has it open. */
export function openReader(dataDir: string): Reader {
  return openSqlite(join(dataDir, DATABASE_FILE)).reader;
}

/** SQLite may undo a transaction that its disk refused; undoing it again then fails, in words that say nothing of the disk. */
async function transact<T>(writer: Knex, work: (trx: Transaction) => Promise<T>): Promise<T> {
  let first: unknown;
  try {
    return await writer.transaction((trx) =>
      work(trx).catch((error) => {
        first = error;
        throw error;
      }),
    );
  } catch (error) {
    throw first ?? error;
  }
}

/** What the disk under the database does not do: take more, or take and give anything. Undefined for every other error. */
export function diskTrouble(error: unknown): 'full' | 'failing' | undefined {
  const code = String(sqliteError(error).code);
  if (code === 'SQLITE_FULL') return 'full';
  // Of a page that cannot be read SQLite says that the file is damaged.
  return /^SQLITE_(IOERR|READONLY|CANTOPEN|CORRUPT)/.test(code) ? 'failing' : undefined;
}

/** Nothing is wrong with what was asked for: the database cannot do it now. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof DatabaseBusy || error instanceof DatabaseGone || diskTrouble(error) !== undefined;
}

/** Somebody else holds the write lock. */
export function isBusy(error: unknown): boolean {
  return String(sqliteError(error).code).startsWith('SQLITE_BUSY');
}

/** Which unique index refused the write, as `table.column`; undefined for every other error. */
export function violatedUnique(error: unknown): string | undefined {
  const { code, message } = sqliteError(error);
  if (code !== 'SQLITE_CONSTRAINT_UNIQUE') return undefined;
  return /UNIQUE constraint failed: (?:index ')?([\w.]+)/.exec(message ?? '')?.[1];
}

/** By its fields and not its class: the driver has one class for all realms of a process. */
function sqliteError(error: unknown): { code?: unknown; message?: string } {
  return typeof error === 'object' && error !== null ? error : {};
}
