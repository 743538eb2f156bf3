import { diskInWords, lostInWords, whyUnreached } from './db/database.ts';
import { NewerSchema } from './db/migrate.ts';
import { CannotStart } from './process/cannot-start.ts';

/** What went wrong, a line per mistake, for whoever started the program. */
export function explained(error: unknown): string[] {
  if (error instanceof CannotStart) return error.lines;
  if (error instanceof NewerSchema) return [error.message];
  const unreached = whyUnreached(error);
  if (unreached) return [unreached];
  const lost = lostInWords(error);
  if (lost) return [`${lost}: a part may have been done. Look before you try again`];
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return ['the port is taken by another program: give another one with PORT'];
  if (syscall === 'listen' && code === 'EACCES')
    return ['this user may not listen on that port: give one from 1024 on with PORT'];
  // What else the system says to an address, by its kind and its family, or to a name that it looks up.
  if (syscall === 'listen' || syscall === 'getaddrinfo') return [`HOST is no address of this machine (${code})`];
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return [`no permission: ${message}`];
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT')
    return ['roster.sqlite in DATA_DIR is no database, or it is damaged'];
  // With the statement before it, of what SQLite says.
  const disk = diskInWords(error);
  return [disk ? `the data cannot be read or written: ${disk}` : message];
}

/** The lines on the console, and the end. */
export function fail(lines: string[], exitCode = 1): never {
  for (const line of lines) console.error(`roster: ${line}`);
  process.exit(exitCode);
}
