import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type BetterSqlite from 'better-sqlite3';
import SqliteClient from 'knex/lib/dialects/better-sqlite3/index.js';
import { giveWay } from '../../process/giving-way.ts';
import { type DirectRun, runsDirectly } from '../prepared.ts';

/** So long at a stretch, in milliseconds, the statements of one transaction are run before others have their turn. */
const STRETCH = 3;
/** Those of a transaction that is run again and again; more are made anew each time. */
const WRITING_KEPT = 200;
/** What may change the schema, after which nothing that was compiled is trusted. */
const CHANGES_SCHEMA = /^\s*(create|alter|drop|pragma(?! (synchronous|wal_checkpoint))|vacuum|attach|detach)/i;

/** By connection: Knex makes a client of its own for each transaction, which knows nothing but its class. */
const compiled = new WeakMap<BetterSqlite.Database, Map<string, BetterSqlite.Statement>>();
/** Since when the transaction that is open has not given way. */
let ranSince = 0;
/** Whether anybody waits for the end of that transaction, whose answer may be waited for. */
let isWaitedFor = () => true;
let isPiece = false;

/** How many statements were run by whatever writes here. */
let run = 0;

export function statementsRun(): number {
  return run;
}

const BEGIN = 'BEGIN IMMEDIATE;';
const ENDS = /^(rollback|pragma)/i;
/** Whoever does a piece tells of it before others look, and makes a pause then. */
const ENDS_OF_PIECES = /^(commit|rollback|pragma)/i;

/**
 * Knex begins with a plain BEGIN, and a transaction that reads before it writes then fails at once when somebody else wrote in between
 * (SQLITE_BUSY_SNAPSHOT). IMMEDIATE takes the write lock first. Statements are compiled once; and a transaction of many lets whoever
 * waits for an answer have a turn in between: they read what stood before it.
 */
export class WritingSqliteClient extends SqliteClient {
  override transaction(...args: unknown[]) {
    const transaction = super.transaction(...args);
    transaction.begin = (connection: unknown) => {
      runsDirectly(transaction.trxClient, directRun(transaction, connection));
      return transaction.query(connection, BEGIN);
    };
    return transaction;
  }

  override async _query(connection: unknown, query: Query) {
    if (query.sql === BEGIN) ranSince = performance.now();
    this.run(connection as BetterSqlite.Database, query);
    const ends = isPiece ? ENDS_OF_PIECES : ENDS;
    if (!ends.test(query.sql) && performance.now() - ranSince > STRETCH) {
      await (isWaitedFor() ? turnOfOthers() : giveWay());
      ranSince = performance.now();
    }
    return query;
  }

  private run(connection: BetterSqlite.Database, query: Query): void {
    run++;
    const statement = this.statement(connection, query.sql);
    const bindings = this._formatBindings(query.bindings ?? []);
    if (statement.reader) query.response = statement.all(bindings);
    else {
      const { lastInsertRowid, changes } = statement.run(bindings);
      query.response = { lastInsertRowid, changes };
      query.context = { lastID: lastInsertRowid, changes };
    }
  }

  private statement(connection: BetterSqlite.Database, sql: string): BetterSqlite.Statement {
    if (CHANGES_SCHEMA.test(sql)) {
      compiled.delete(connection);
      return connection.prepare(sql);
    }
    let kept = compiled.get(connection);
    if (!kept) {
      kept = new Map();
      compiled.set(connection, kept);
    }
    let statement = kept.get(sql);
    if (!statement) {
      statement = connection.prepare(sql);
      if (kept.size >= WRITING_KEPT) kept.delete(kept.keys().next().value!);
      kept.set(sql, statement);
    }
    return statement;
  }
}

type Begun = ReturnType<SqliteClient['transaction']>;

/** As Knex would run it, with less ado. */
function directRun(transaction: Begun, connection: unknown): DirectRun {
  const { trxClient } = transaction;
  return async (sql, values) => {
    if (transaction.isCompleted()) throw new Error('The transaction is over.');
    const query: Query = { sql, bindings: values };
    trxClient.emit('query', query);
    try {
      await trxClient._query(connection, query);
    } catch (error) {
      if (error instanceof Error) error.message = `${sql} - ${error.message}`;
      throw error;
    }
    return query.response as unknown[];
  };
}

/** The transaction of the piece stands back behind whoever waits for an answer, unless they can have it only when it ends. */
export async function standingBack<T>(piece: () => Promise<T>, isItWaitedFor: () => boolean): Promise<T> {
  const before = isWaitedFor;
  [isWaitedFor, isPiece] = [isItWaitedFor, true];
  try {
    return await piece();
  } finally {
    [isWaitedFor, isPiece] = [before, false];
  }
}

export interface Query {
  sql: string;
  bindings?: unknown[];
  response?: unknown;
  context?: unknown;
}
