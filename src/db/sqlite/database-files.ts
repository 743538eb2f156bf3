import { renameSync, statSync } from 'node:fs';

export const DATABASE_FILE = 'roster.sqlite';

/** What a database takes on the disk, with what SQLite keeps beside it while it is open, and after a crash. */
export function fileBytes(filename: string): number {
  const files = [filename, `${filename}-wal`, `${filename}-shm`];
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** The database file or its log was deleted, moved or replaced: what is written through the open one is lost. */
export class DatabaseGone extends Error {
  constructor(file: string) {
    super(`${file} was deleted, moved or replaced while Roster ran, so nothing more can be kept`);
  }
}

/**
 * The database file and its write-ahead log, as they were when they were opened. The system keeps a file that was deleted or
 * moved for who has it open: writing to it goes on without an error, and nobody ever reads it again.
 */
export class DatabaseFiles {
  private readonly files: string[];
  private opened: (string | undefined)[] | undefined;

  constructor(filename: string) {
    // SQLite makes the log with the first connection, and removes it with the last.
    this.files = [filename, `${filename}-wal`];
  }

  /** A connection that writes was opened: the first says which files are meant, each later one has to find the same. */
  noteOpened(): void {
    if (this.opened) this.check();
    else this.opened = this.files.map(identityOf);
  }

  /** Throws DatabaseGone where a file is another than the one that was opened. Takes microseconds. */
  check(): void {
    const at = this.opened?.findIndex((identity, n) => identity !== identityOf(this.files[n])) ?? -1;
    if (at !== -1) throw new DatabaseGone(this.files[at]);
  }

  /** The log of a database that is gone would be played into whatever lies in its place at the next start. */
  putLogAside(): void {
    const [database, log] = this.files.map((file, n) => identityOf(file) === this.opened?.[n]);
    if (!database && log) renameSync(this.files[1], `${this.files[1]}-of-lost-database`);
  }
}

/** Undefined where there is no such file to be seen. While a file is open, no other can have the same. */
function identityOf(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}
