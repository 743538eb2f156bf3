import type { Client } from 'pg';
import { RosterPostgresClient } from './client.ts';

/** Every writer takes this lock first, whichever process it is of. */
const WRITERS_LOCK = 82_011;
/**
 * So long one that writes waits for another process, and for what another program has locked, in milliseconds; whoever is refused asks again from
 * outside. All others who write wait for it as well.
 */
const LOCK_PATIENCE = 1_000;
const BEGIN_ROW = `begin; set local lock_timeout = ${LOCK_PATIENCE}; set local roster.one_row = 'on'`;
const BEGIN = `begin; set local lock_timeout = ${LOCK_PATIENCE}; select pg_advisory_xact_lock(${WRITERS_LOCK})`;
/** For what changes tables: whoever reads them at length, for a backup, is waited for, and it takes as long as the tables are. */
export const TAKES_ITS_TIME = 'set local lock_timeout = 0; set local statement_timeout = 0';

/** A commit after a statement that failed is answered by a rollback, and without an error: a statement before it has one. */
const REFUSED_AFTER_FAILURE = 'select 1';

type Begun = ReturnType<RosterPostgresClient['transaction']>;

/** What could not be committed is undone before the next transaction begins on its connection, which would be refused by it. */
class EndingPostgresClient extends RosterPostgresClient {
  override async releaseConnection(connection: unknown): Promise<void> {
    if ((connection as Client).getTransactionStatus() !== 'I')
      await this._query(connection, { sql: 'rollback' }).catch(() => undefined);
    return super.releaseConnection(connection);
  }
}

/**
 * One that writes at a time, as on SQLite: what a verb checks in its transaction cannot change before it commits, and the
 * numbers of feeds and audit events follow on to one another.
 */
export class WritingPostgresClient extends EndingPostgresClient {
  override transaction(...args: unknown[]) {
    const begin = this.config.changesTables ? `${BEGIN}; ${TAKES_ITS_TIME}` : BEGIN;
    return beginsWith(this, super.transaction(...args), begin);
  }
}

/** Many at once, each of one row. Feeds and audit refuse what it would write into them. */
export class RowWritingPostgresClient extends EndingPostgresClient {
  override transaction(...args: unknown[]) {
    return beginsWith(this, super.transaction(...args), BEGIN_ROW);
  }
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
  const { notice = REFUSED_AFTER_FAILURE } = client.config;
  transaction.commit = (connection, value) => transaction.query(connection, `${notice}; commit`, 1, value);
  return transaction;
}
