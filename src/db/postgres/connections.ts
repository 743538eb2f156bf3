import type { Knex } from 'knex';
import knex from 'knex';
import PostgresClient from 'knex/lib/dialects/postgres/index.js';
import { plainError } from './errors.ts';
import { withoutNul } from './text.ts';

/** Every writer takes this lock first, whichever process it is of. */
const WRITERS_LOCK = 82_011;
/** So long one that writes waits for another process, in milliseconds; whoever is refused asks again from outside. */
const LOCK_PATIENCE = 1_000;
const BEGIN_ROW = `begin; set local lock_timeout = ${LOCK_PATIENCE}; set local roster.one_row = 'on'`;
const BEGIN = `begin; set local lock_timeout = ${LOCK_PATIENCE}; select pg_advisory_xact_lock(${WRITERS_LOCK}); set local lock_timeout = 0`;

/** By the numbers of the types, all of which come as text: whole numbers of each width, sums, flags. */
const PARSED: Record<number, (text: string) => unknown> = {
  20: Number,
  21: Number,
  // Where a migration for both databases says `integer`.
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
 * Who is refused a lock is in a transaction all the same, which has to be ended before it is tried again. Not by the transaction's own
 * `query`: that keeps what went wrong to itself.
 */
function beginsWith(client: RosterPostgresClient, transaction: Begun, begin: string): Begun {
  transaction.begin = async (connection: unknown) => {
    try {
      return await transaction.trxClient.query(connection, begin);
    } catch (error) {
      await transaction.trxClient.query(connection, 'rollback').catch(() => undefined);
      throw error;
    }
  };
  const { notice } = client.config;
  if (notice) transaction.commit = (connection, value) => transaction.query(connection, `${notice}; commit`, 1, value);
  return transaction;
}

type Begun = ReturnType<PostgresClient['transaction']>;

/**
 * One that writes at a time, as on SQLite: what a verb checks in its transaction cannot change before it commits, and the
 * numbers of feeds and audit events follow on to one another.
 */
class WritingPostgresClient extends RosterPostgresClient {
  override transaction(...args: unknown[]) {
    return beginsWith(this, super.transaction(...args), BEGIN);
  }
}

/** Many at once, each of one row. Feeds and audit refuse what it would write into them. */
class RowWritingPostgresClient extends RosterPostgresClient {
  override transaction(...args: unknown[]) {
    return beginsWith(this, super.transaction(...args), BEGIN_ROW);
  }
}

const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };
const MOST_READERS = 8;
const MOST_ROW_WRITERS = 3;
const CONNECTS_WITHIN = 5_000;
/** A machine that is gone without a word keeps its locks no longer than about half a minute. */
const LETS_GO_SOON = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';
/** Nor does a process that was stopped in the middle of a transaction: nobody else could write. */
const ENDS_FORGOTTEN = '-c idle_in_transaction_session_timeout=60s';

/** One connection that writes, some that write one row each, and some that can only read. `notice` is run at the end of each transaction of the first. */
export function openPostgres(url: string, notice?: string): { reader: Knex; writer: Knex; rowWriter: Knex } {
  const open = (client: typeof PostgresClient, most: number, options: string, atEnd?: string): Knex =>
    knex({
      client: client as unknown as typeof Knex.Client,
      connection: {
        connectionString: url,
        options: `${LETS_GO_SOON} ${options}`,
        keepAlive: true,
        application_name: 'roster',
        connectionTimeoutMillis: CONNECTS_WITHIN,
        types: { getTypeParser: (type: number) => PARSED[type] ?? String },
      } as Knex.Config['connection'],
      compileSqlOnError: false,
      log: SILENT,
      pool: { min: 0, max: most },
      acquireConnectionTimeout: CONNECTS_WITHIN * 2,
      notice: atEnd,
    } as Knex.Config);
  const writer = open(WritingPostgresClient, 1, ENDS_FORGOTTEN, notice);
  const rowWriter = open(RowWritingPostgresClient, MOST_ROW_WRITERS, ENDS_FORGOTTEN);
  const reader = open(RosterPostgresClient, MOST_READERS, '-c default_transaction_read_only=on');
  return { writer, rowWriter, reader };
}
