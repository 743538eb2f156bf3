import type { Knex } from 'knex';
import type { Reader, Transaction } from './contract.ts';

/** How one kind of database takes rows over as they stand, of any table in any order: nothing follows from a row that is copied. */
export interface Copying {
  /** Lets rest what follows from rows: triggers, and references to rows that are not there yet. Gives what `wake` needs. */
  rest(trx: Transaction): Promise<string[]>;
  /** To run before each transaction in which rows are copied. */
  prepare(writer: Knex): Promise<void>;
  /** Ends the rest, and makes anew what is made of rows for searching. Throws `LooseReference` where a row names one that is not there. */
  wake(trx: Transaction, resting: string[]): Promise<void>;
  /** Reads what stood in the database at one moment, whoever writes meanwhile. */
  snapshot<T>(db: Reader, work: (db: Reader) => Promise<T>): Promise<T>;
  /** All tables of Roster, of whichever version, without what migrations and searching keep for themselves. */
  tablesOf(db: Reader): Promise<string[]>;
  /** The columns by which rows are told apart. */
  keyOf(db: Reader, table: string): Promise<string[]>;
  /** The last id that was given to a row, also where that row is gone; undefined where it follows from the highest there is. */
  lastGiven(db: Reader, table: string): Promise<number | undefined>;
  /** Goes on after this number. */
  goOnAfter(trx: Transaction, table: string, last: number): Promise<void>;
}

/** A row names another that does not exist: in this table. */
export class LooseReference extends Error {}
