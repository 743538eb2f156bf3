import type { Knex } from 'knex';
import knex from 'knex';
import PostgresClient from 'knex/lib/dialects/postgres/index.js';
import { plainError } from './postgres-errors.ts';
import { withoutNul } from './postgres-text.ts';

/** Every writer takes this lock first, whichever process it is of. */
const WRITERS_LOCK = 82_011;
/** So long one that writes waits for another process, in milliseconds; whoever is refused asks again from outside. */
const LOCK_PATIENCE = 1_000;
const BEGIN = `begin; set local lock_timeout = ${LOCK_PATIENCE}; select pg_advisory_xact_lock(${WRITERS_LOCK}); set local lock_timeout = 0`;

/** By the numbers of the types, all of which come as text: whole numbers of each width, sums, flags. */
const PARSED: Record<number, (text: string) => unknown> = {
  20: Number,
  21: Number,
  23: Number,
  1700: Number,
  // As SQLite has it, so that a place in a list is the same in both.
  16: (text) => (text === 't' ? 1 : 0),
};

interface Query {
  sql: string;
  bindings?: unknown[];
  method?: string;
  output?: unknown;
  response?: { rows: unknown[] };
}

/** The parts of a statement that are raw give rows, as SQLite gives them; errors say nothing of values (R91). */
class RosterPostgresClient extends PostgresClient {
  override async acquireRawConnection(): Promise<unknown> {
    try {
      return await super.acquireRawConnection();
    } catch (error) {
      throw plainError(error);
    }
  }

  override processResponse(query: Query, runner: unknown): unknown {
    if (query.method === 'raw' && !query.output) return query.response?.rows ?? [];
    return super.processResponse(query, runner);
  }

  override async _query(connection: unknown, query: Query): Promise<unknown> {
    query.bindings = query.bindings?.map(asParameter);
    try {
      return await super._query(connection, query);
    } catch (error) {
      throw plainError(error);
    }
  }
}

/** A flag is taken for a number where the column is one of numbers. */
function asParameter(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' ? withoutNul(value) : value;
}

/**
 * One that writes at a time, as on SQLite: what a verb checks in its transaction cannot change before it commits, and the
 * numbers of feeds and audit events follow on to one another.
 */
class WritingPostgresClient extends RosterPostgresClient {
  override transaction(...args: unknown[]) {
    const transaction = super.transaction(...args);
    transaction.begin = async (connection: unknown) => {
      try {
        return await transaction.query(connection, BEGIN);
      } catch (error) {
        // Who is refused the lock is in a transaction all the same.
        await transaction.query(connection, 'rollback').catch(() => undefined);
        throw error;
      }
    };
    return transaction;
  }
}

const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };
const MOST_READERS = 8;
const CONNECTS_WITHIN = 5_000;

/** One connection that writes and some that can only read. */
export function openPostgres(url: string): { reader: Knex; writer: Knex } {
  const open = (client: typeof PostgresClient, most: number, options: string): Knex =>
    knex({
      client: client as unknown as typeof Knex.Client,
      connection: {
        connectionString: url,
        options,
        application_name: 'roster',
        connectionTimeoutMillis: CONNECTS_WITHIN,
        types: { getTypeParser: (type: number) => PARSED[type] ?? String },
      } as Knex.Config['connection'],
      compileSqlOnError: false,
      log: SILENT,
      pool: { min: 0, max: most },
      acquireConnectionTimeout: CONNECTS_WITHIN * 2,
    });
  const writer = open(WritingPostgresClient, 1, '');
  const reader = open(RosterPostgresClient, MOST_READERS, '-c default_transaction_read_only=on');
  return { writer, reader };
}
