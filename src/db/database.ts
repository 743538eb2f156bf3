import type { Database, Reader } from './contract.ts';
import { openPostgresDatabase, openPostgresReader } from './postgres/database.ts';
import { openSqliteDatabase, openSqliteReader } from './sqlite/database.ts';

export type { Database, Reader, Transaction } from './contract.ts';
export {
  DatabaseBusy,
  diskInWords,
  diskTrouble,
  isBusy,
  isOfRead,
  isUnavailable,
  isUnavailableNow,
  isUnreachable,
  lostInWords,
  OutcomeUnknown,
  takesNoChanges,
  tookTooLong,
  violatedUnique,
  whyUnreached,
} from './errors.ts';
export { DatabaseGone } from './sqlite/database-files.ts';

/** Opens the database at this address, and without one the SQLite file in `dataDir`. Throws where that cannot be written. */
export function openDatabase(dataDir: string, url?: string): Database {
  return url ? openPostgresDatabase(url) : openSqliteDatabase(dataDir);
}

/** The same, only to read, for another process of the program that has it open. */
export function openReader(dataDir: string, url?: string): Reader {
  return url ? openPostgresReader(url) : openSqliteReader(dataDir);
}
