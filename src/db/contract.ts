import type { Knex } from 'knex';
import type { Processes } from './processes.ts';
import type { DatabaseGone } from './sqlite/database-files.ts';

/** What a store reads from: the read side of the database, or the transaction it takes part in. */
export type Reader = Knex;

/** What a verb that changes state takes part in. Inside it only the transaction itself is ever awaited. */
export type Transaction = Knex.Transaction;

export interface Database {
  /** Sees everything that was committed; never waits for a writer. */
  readonly read: Reader;
  /** The one writing connection, for migrations. Everything else writes through `write`. */
  readonly writer: Knex;
  /** Makes the file where there is none, which a reader cannot, and begins its log. Throws CannotStart where a server is none that Roster can use. */
  make(): Promise<void>;
  /** Runs `work` in one transaction that holds the write lock from its beginning. Returns when it is where it will be read. */
  write<T>(work: (trx: Transaction) => Promise<T>): Promise<T>;
  /**
   * The same for a long work that is written piece by piece, and goes on from where it stands, while others are to be served: where this process keeps
   * the database, what the disk takes time for is done beside them. Where the power fails, the last piece may have to be done again.
   * It can be asked whether somebody stands in line behind it.
   */
  writePiece<T>(work: (trx: Transaction, isWaitedFor: () => boolean) => Promise<T>): Promise<T>;
  /** The same for what may as well be written later: where the database does not take it soon, it is left out. */
  note(work: (trx: Transaction) => Promise<unknown>): Promise<void>;
  /**
   * The same for what changes one row that no feed follows and nobody judges by, such as when a session was last seen: it waits for no other
   * writer than one of the same row. Where the database knows one writer only, it is one like any other.
   */
  readonly oneRow: Pick<Database, 'write' | 'note'>;
  /** The others that work on it as well. */
  readonly processes: Processes;
  /** Resolves when the file or its log was deleted, moved or replaced. Nothing that is written from then on is acknowledged. */
  readonly gone: Promise<DatabaseGone>;
  /** The same at this moment, looked at anew. Takes microseconds. */
  isGone(): boolean;
  /** What the clock says of the machine where it is kept, in milliseconds. */
  now(): Promise<number>;
  /** What it takes where it is kept. */
  bytes(): Promise<number>;
  /** What keeps it, and where, for whoever runs it. */
  readonly place: { kind: 'SQLite' | 'PostgreSQL'; name: string };
  close(): Promise<void>;
}
