import type BetterSqlite from 'better-sqlite3';
import type { Knex } from 'knex';
import knex from 'knex';
import type SqliteClient from 'knex/lib/dialects/better-sqlite3/index.js';
import { runsDirectly } from '../prepared.ts';
import { DatabaseFiles } from './database-files.ts';
import { ReadingSqliteClient } from './reading-client.ts';
import { WritingSqliteClient } from './writing-client.ts';

/** Pages in the write-ahead log: from so many on they are moved with any commit. */
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

  const always = ['foreign_keys = ON', 'busy_timeout = 50'];
  // More than it holds of one page: whatever is committed empties it, and what it lacks the system gives in a microsecond.
  const reading = [...always, 'cache_size = -2000'];
  // recursive_triggers: without it INSERT OR REPLACE would overwrite an audit event past its trigger.
  const writing = [
    ...always,
    'cache_size = -4000',
    'journal_mode = WAL',
    'synchronous = FULL',
    'recursive_triggers = ON',
    `wal_autocheckpoint = ${MOST_LOGGED}`,
    // Whoever is refused the lock asks again, and others are served in between.
    'busy_timeout = 10',
  ];
  const writer = open(WritingSqliteClient, writing, false);
  const reader = open(ReadingSqliteClient, reading, true);
  const client = reader.client as ReadingSqliteClient;
  runsDirectly(client, (sql, values, isKept) => client.read(sql, values, isKept));
  return { writer, reader, files };
}
