import BetterSqlite from 'better-sqlite3';
import type { Knex } from 'knex';
import knex from 'knex';
import SqliteClient from 'knex/lib/dialects/better-sqlite3/index.js';
import { DatabaseFiles } from './database-files.ts';

/**
 * Knex begins with a plain BEGIN, and a transaction that reads before it writes then fails at once when somebody
 * else wrote in between (SQLITE_BUSY_SNAPSHOT). IMMEDIATE takes the write lock first.
 */
class ImmediateSqliteClient extends SqliteClient {
  override transaction(...args: unknown[]) {
    const transaction = super.transaction(...args);
    transaction.begin = (connection: unknown) => transaction.query(connection, 'BEGIN IMMEDIATE;');
    return transaction;
  }
}

/** Pages in the write-ahead log: from so many on they are moved when nobody waits, from so many on with any commit. */
const ENOUGH_LOGGED = 1_000;
const MOST_LOGGED = 20_000;

const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };

type Pooled = (error: Error | null, connection: BetterSqlite.Database) => void;

/** One connection that writes and a few that only read: with a shared pool of one, every read waits for any open transaction. */
export function openSqlite(filename: string): { reader: Knex; writer: Knex; files: DatabaseFiles } {
  const files = new DatabaseFiles(filename);
  const open = (pool: { min: number; max: number }, pragmas: string[], readonly: boolean): Knex =>
    knex({
      client: ImmediateSqliteClient as unknown as typeof Knex.Client,
      connection: { filename, options: { readonly } } as Knex.Config['connection'],
      useNullAsDefault: true,
      // An error holds the statement without its values: hashes and sessions are among them (R91).
      compileSqlOnError: false,
      // Whatever it would print is thrown as well, and told where it is understood.
      log: SILENT,
      pool: {
        ...pool,
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
  return {
    writer: open({ min: 1, max: 1 }, [...always, ...writing], false),
    reader: open({ min: 0, max: 3 }, always, true),
    files,
  };
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
