import {
  isBusyError,
  isConnectionError,
  isEndedForTime,
  type PostgresError,
  refusesChanges,
  serverDiskTrouble,
} from './postgres/errors.ts';
import { sentenceOf } from './postgres/unreached.ts';
import { DatabaseGone } from './sqlite/database-files.ts';

/** The database answered "busy" for as long as we were ready to wait; nothing was changed. */
export class DatabaseBusy extends Error {
  constructor(options?: ErrorOptions) {
    super('the database is busy', options);
  }
}

/** The database was lost sight of while it was to keep something: it may have done so. */
export class OutcomeUnknown extends Error {
  constructor() {
    super('the database was lost sight of during a commit');
  }
}

/** What the disk under the database does not do: take more, or take and give anything. Undefined for every other error. */
export function diskTrouble(error: unknown): 'full' | 'failing' | undefined {
  const code = String(fieldsOf(error).code);
  // The index of the log lies beside the database: that it cannot grow has a word of its own.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') return 'full';
  // Of a page that cannot be read SQLite says that the file is damaged.
  return /^SQLITE_(IOERR|READONLY|CANTOPEN|CORRUPT)/.test(code) ? 'failing' : serverDiskTrouble(fieldsOf(error));
}

/** The same in words, for whoever started the program; undefined of everything else. */
export function diskInWords(error: unknown): string | undefined {
  const trouble = diskTrouble(error);
  if (trouble === 'full' || fieldsOf(error).code === 'ENOSPC') return 'the disk is full';
  return trouble && `its disk or folder cannot be read or written, ${fieldsOf(error).code}`;
}

/** Nothing is wrong with what was asked for: the database cannot do it now. */
export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof DatabaseBusy ||
    error instanceof DatabaseGone ||
    error instanceof OutcomeUnknown ||
    diskTrouble(error) !== undefined ||
    isBusy(error) ||
    takesNoChanges(error) ||
    isUnreachable(error)
  );
}

/** The same, and it can do it later: whoever goes on then need give nothing up. What took too long takes as long again. */
export function isUnavailableNow(error: unknown): boolean {
  return isUnavailable(error) && !tookTooLong(error);
}

/** The server ended it, as it lets nothing take so long. */
export function tookTooLong(error: unknown): boolean {
  return isEndedForTime(fieldsOf(error instanceof DatabaseBusy ? error.cause : error));
}

/** The server of the database is there for reading alone. */
export function takesNoChanges(error: unknown): boolean {
  return refusesChanges(fieldsOf(error));
}

/** Somebody else holds the write lock. */
export function isBusy(error: unknown): boolean {
  return String(fieldsOf(error).code).startsWith('SQLITE_BUSY') || isBusyError(fieldsOf(error));
}

/** Why the server of the database lets nobody in, for whoever starts Roster; undefined for every other error. */
export function whyUnreached(error: unknown): string | undefined {
  return sentenceOf(fieldsOf(error));
}

/** The server of the database does not answer, or no more. */
export function isUnreachable(error: unknown): boolean {
  return isConnectionError(fieldsOf(error));
}

/** Whether it was a read that could not be answered: what the same request had changed before that is kept. */
export function isOfRead(error: unknown): boolean {
  return fieldsOf(error).isOfRead === true;
}

/** In words, of a database that answered before, and does not now; undefined for every other error. */
export function lostInWords(error: unknown): string | undefined {
  if (error instanceof OutcomeUnknown) return 'the database went away while it kept this';
  if (error instanceof DatabaseBusy) return 'the database is busy';
  if (takesNoChanges(error)) return 'the database takes no changes';
  // One that is just beginning says so itself.
  if (!isUnreachable(error) || fieldsOf(error).code === '57P03') return undefined;
  return 'the connection to the database was lost';
}

/** Which unique index refused the write, as `table.column`; undefined for every other error. */
export function violatedUnique(error: unknown): string | undefined {
  const { code, message, refusedBy } = fieldsOf(error);
  if (refusedBy) return refusedBy;
  if (code !== 'SQLITE_CONSTRAINT_UNIQUE') return undefined;
  return /UNIQUE constraint failed: (?:index ')?([\w.]+)/.exec(message ?? '')?.[1];
}

/** By its fields and not its class: a driver has one class for all realms of a process. */
function fieldsOf(error: unknown): PostgresError {
  return typeof error === 'object' && error !== null ? error : {};
}
