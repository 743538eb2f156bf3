import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import type { Knex } from 'knex';
import knex from 'knex';
import SqliteClient from 'knex/lib/dialects/better-sqlite3/index.js';
import { DatabaseFiles } from './database-files.ts';
import { readsDirectly } from './prepared.ts';

/** So long at a stretch, in milliseconds, the statements of one transaction are run before others have their turn. */
const STRETCH = 3;
/** Those of a transaction that is run again and again; more are made anew each time. */
const WRITING_KEPT = 200;
/** What changes the schema, after which nothing that was compiled is trusted. */
const CHANGES_SCHEMA = /^\s*(create|alter|drop|pragma|vacuum|attach|detach)/i;

/** By connection: Knex makes a client of its own for each transaction, which knows nothing but its class. */
const compiled = new WeakMap<BetterSqlite.Database, Map<string, BetterSqlite.Statement>>();
/** Since when the transaction that is open has not given way. */
let ranSince = 0;

const BEGIN = 'BEGIN IMMEDIATE;';
const ENDS = /^(commit|rollback|pragma)/i;

/**
 * Knex begins with a plain BEGIN, and a transaction that reads before it writes then fails at once when somebody else wrote in between
 * (SQLITE_BUSY_SNAPSHOT). IMMEDIATE takes the write lock first. Statements are compiled once; and a transaction of many lets whoever
 * waits for an answer have a turn in between: they read what stood before it.
 */
class WritingSqliteClient extends SqliteClient {
  override transaction(...args: unknown[]) {
    const transaction = super.transaction(...args);
    transaction.begin = (connection: unknown) => transaction.query(connection, BEGIN);
    return transaction;
  }

  override async _query(connection: unknown, query: Query) {
    if (query.sql === BEGIN) ranSince = performance.now();
    this.run(connection as BetterSqlite.Database, query);
    if (!ENDS.test(query.sql) && performance.now() - ranSince > STRETCH) {
      await turn();
      ranSince = performance.now();
    }
    return query;
  }

  private run(connection: BetterSqlite.Database, query: Query): void {
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

interface Query {
  sql: string;
  bindings?: unknown[];
  response?: unknown;
  context?: unknown;
}

/** More than the program has; those with lists of their own in them make room for one another. */
const STATEMENTS_KEPT = 1_000;

/** So much of what was read is kept, of as many rows and as many letters in them at the most: one row may hold the ids of thousands. */
const ANSWERS_KEPT = 300;
const ROWS_KEPT = 200;
/** Longer values, which hold the ids of thousands, are known by their digest. */
const LONGEST_VALUES = 2_000;
const LETTERS_KEPT = 50_000;

/**
 * Reading takes no turns: a statement is over before another could begin, so one connection serves all. What it has compiled is
 * kept, and what prepared statements gave as well until anybody commits: SQLite tells that in a hundredth of the time in which a page
 * would read once more who asks, what they may and what the tags are called.
 */
class ReadingSqliteClient extends SqliteClient {
  private connection: Promise<BetterSqlite.Database> | undefined;
  private opened: BetterSqlite.Database | undefined;
  private readonly statements = new Map<string, BetterSqlite.Statement>();
  private readonly answers = new Map<string, Map<string, unknown[]>>();
  private answered = 0;
  private version: unknown;

  override async acquireConnection(): Promise<BetterSqlite.Database> {
    this.connection ??= super.acquireConnection() as Promise<BetterSqlite.Database>;
    try {
      this.opened = await this.connection;
      return this.opened;
    } catch (error) {
      this.connection = undefined;
      throw error;
    }
  }

  /** It is kept until the end. */
  override async releaseConnection(): Promise<void> {}

  override async destroy(done?: () => void): Promise<void> {
    if (this.opened) await super.releaseConnection(this.opened);
    this.connection = undefined;
    this.opened = undefined;
    this.statements.clear();
    this.forgetAnswers();
    await super.destroy(done);
  }

  override async _query(_connection: unknown, query: Query) {
    query.response = this.all(query.sql, query.bindings ?? []);
    return query;
  }

  /** The rows of a statement, which nobody may change. */
  async read(sql: string, values: unknown[]): Promise<unknown[]> {
    if (!this.opened) await this.acquireConnection();
    const version = this.statement('pragma data_version').pluck().get();
    if (version !== this.version || this.answered >= ANSWERS_KEPT) this.forgetAnswers();
    this.version = version;
    let answers = this.answers.get(sql);
    if (!answers) {
      answers = new Map();
      this.answers.set(sql, answers);
    }
    const asked = keyOf(values);
    let rows = answers.get(asked);
    if (!rows) {
      rows = this.all(sql, values);
      for (const row of rows) Object.freeze(row);
      Object.freeze(rows);
      if (isWorthKeeping(rows)) {
        answers.set(asked, rows);
        this.answered++;
      }
    }
    return rows;
  }

  private forgetAnswers(): void {
    this.answers.clear();
    this.answered = 0;
  }

  private all(sql: string, values: unknown[]): unknown[] {
    return this.statement(sql).all(this._formatBindings(values));
  }

  private statement(sql: string): BetterSqlite.Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.opened!.prepare(sql);
      this.statements.set(sql, statement);
      if (this.statements.size > STATEMENTS_KEPT) this.statements.delete(this.statements.keys().next().value!);
    }
    return statement;
  }
}

function keyOf(values: unknown[]): string {
  const said = JSON.stringify(values);
  return said.length <= LONGEST_VALUES ? said : hash('sha256', said, 'base64');
}

function isWorthKeeping(rows: unknown[]): boolean {
  if (rows.length > ROWS_KEPT) return false;
  let letters = 0;
  for (const row of rows)
    for (const value of Object.values(row as object)) if (typeof value === 'string') letters += value.length;
  return letters <= LETTERS_KEPT;
}

/** Pages in the write-ahead log: from so many on they are moved when nobody waits, from so many on with any commit. */
const ENOUGH_LOGGED = 1_000;
const MOST_LOGGED = 20_000;

const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };

type Pooled = (error: Error | null, connection: BetterSqlite.Database) => void;

/** One connection that writes and one that only reads: with a shared one, every read waits for any open transaction. */
export function openSqlite(filename: string): { reader: Knex; writer: Knex; files: DatabaseFiles } {
  const files = new DatabaseFiles(filename);
  const open = (client: typeof SqliteClient, pragmas: string[], readonly: boolean): Knex =>
    knex({
      client: client as unknown as typeof Knex.Client,
      connection: { filename, options: { readonly } } as Knex.Config['connection'],
      useNullAsDefault: true,
      // An error holds the statement without its values: hashes and sessions are among them (R91).
      compileSqlOnError: false,
      // Whatever it would print is thrown as well, and told where it is understood.
      log: SILENT,
      pool: {
        min: 0,
        max: 1,
        afterCreate: (connection: BetterSqlite.Database, done: Pooled) => {
          try {
            for (const pragma of pragmas) connection.pragma(pragma);
            // The log is there from the first statement on.
            connection.prepare('select 1 from sqlite_schema').get();
            if (readonly) files.check();
            else files.noteOpened();
            done(null, connection);
          } catch (error) {
            done(error as Error, connection);
          }
        },
      },
    });

  const always = ['foreign_keys = ON', 'busy_timeout = 50', 'cache_size = -8000'];
  // recursive_triggers: without it INSERT OR REPLACE would overwrite an audit event past its trigger.
  const writing = [
    'journal_mode = WAL',
    'synchronous = FULL',
    'recursive_triggers = ON',
    `wal_autocheckpoint = ${MOST_LOGGED}`,
    // Whoever is refused the lock asks again, and others are served in between.
    'busy_timeout = 10',
  ];
  const writer = open(WritingSqliteClient, [...always, ...writing], false);
  const reader = open(ReadingSqliteClient, always, true);
  const client = reader.client as ReadingSqliteClient;
  readsDirectly(reader, (sql, values) => client.read(sql, values));
  return { writer, reader, files };
}

/**
 * Moves what stands in the write-ahead log into the database file, where it is enough to be worth it. Left to SQLite, it
 * is part of the commit that crosses the limit: longer than the change itself, and the reader waits for it.
 */
export async function checkpoint(writer: Knex): Promise<void> {
  const [{ log }] = await writer.raw('pragma wal_checkpoint(noop)');
  if (log >= ENOUGH_LOGGED) await writer.raw('pragma wal_checkpoint(passive)');
}

/** What is wrong with the file, in SQLite's words; undefined where it is whole. Reads all of it: half a second for 100,000 users. */
export function findDamage(filename: string): string | undefined {
  let connection: BetterSqlite.Database | undefined;
  try {
    connection = new BetterSqlite(filename, { readonly: true });
    const found = connection.pragma('quick_check(1)', { simple: true }) as string;
    return found === 'ok' ? undefined : found.replace(/\s+/g, ' ');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT')) return message;
    throw error;
  } finally {
    connection?.close();
  }
}

/** Writes the database as it stands at this moment into a new file, whoever else reads or writes it meanwhile. */
export function copyDatabase(filename: string, target: string): void {
  const connection = new BetterSqlite(filename, { readonly: true });
  try {
    connection.prepare('vacuum into ?').run(target);
  } finally {
    connection.close();
  }
}
