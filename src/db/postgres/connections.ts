import type { Knex } from 'knex';
import knex from 'knex';
import { type RosterPostgresClient, TYPES } from './client.ts';
import { ReadingPostgresClient } from './reading-client.ts';
import { serversAt } from './servers.ts';
import { RowWritingPostgresClient, WritingPostgresClient } from './writing-clients.ts';

const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };
const MOST_READERS = 8;
const MOST_ROW_WRITERS = 3;
const CONNECTS_WITHIN = 5_000;
/** Where there is another one to turn to, one that does not answer is left sooner. */
const LEFT_AFTER = 2_000;
/** A machine that is gone without a word keeps its locks no longer than about half a minute. */
const LETS_GO_SOON = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';
/** Nor does a process that was stopped in the middle of a transaction: nobody else could write. */
const ENDS_FORGOTTEN = '-c idle_in_transaction_session_timeout=60s';

/**
 * Whatever the database or its user is set to: each statement sees what was committed before it. A transaction that keeps to the moment of its beginning would
 * check by what was so before the one that it waited for.
 */
const SEES_ALL_COMMITTED = '-c default_transaction_isolation=read\\ committed';

/** One connection that writes, some that write one row each, and some that can only read. `notice` is run at the end of each transaction of the first. */
export function openPostgres(url: string, notice?: string): { reader: Knex; writer: Knex; rowWriter: Knex } {
  const servers = serversAt(url);
  const open = (client: typeof RosterPostgresClient, most: number, options: string, atEnd?: string): Knex =>
    knex({
      client: client as unknown as typeof Knex.Client,
      connection: {
        options: `${LETS_GO_SOON} ${SEES_ALL_COMMITTED} ${options}`,
        keepAlive: true,
        keepAliveInitialDelayMillis: CONNECTS_WITHIN,
        application_name: 'roster',
        connectionTimeoutMillis: servers.areSeveral ? LEFT_AFTER : CONNECTS_WITHIN,
        types: TYPES,
      } as Knex.Config['connection'],
      compileSqlOnError: false,
      log: SILENT,
      pool: { min: 0, max: most },
      acquireConnectionTimeout: CONNECTS_WITHIN * 2,
      servers,
      notice: atEnd,
    } as Knex.Config);
  const writer = open(WritingPostgresClient, 1, ENDS_FORGOTTEN, notice);
  const rowWriter = open(RowWritingPostgresClient, MOST_ROW_WRITERS, ENDS_FORGOTTEN);
  const reader = open(ReadingPostgresClient, MOST_READERS, '-c default_transaction_read_only=on');
  return { writer, rowWriter, reader };
}
