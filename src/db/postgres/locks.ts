import type { Knex } from 'knex';
import type { RosterPostgresClient } from './client.ts';
import { KeptConnection, WAITS_AT_LENGTH } from './kept-connection.ts';
import { untilReached } from './patience.ts';

const MIGRATORS_LOCK = 82_012;

/** Migrations wait for those of another process. */
export async function lockMigrations(writer: Knex): Promise<() => Promise<void>> {
  // There is one connection that writes, so the lock is that of whoever migrates on it. The other one takes its time.
  await writer.raw(WAITS_AT_LENGTH);
  await writer.raw('select pg_advisory_lock(?)', [MIGRATORS_LOCK]);
  const { config } = writer.client as RosterPostgresClient;
  config.changesTables = true;
  return async () => {
    config.changesTables = false;
    await writer.raw('select pg_advisory_unlock(?)', [MIGRATORS_LOCK]);
    await writer.raw('reset lock_timeout; reset statement_timeout');
  };
}

const SERVERS_LOCK = 82_013;

/** What it gives ends a lock. */
type Release = () => Promise<void>;

/** Takes the database for this process alone, for as long as a connection of its own lasts; undefined while another has it or serves it. */
export function tryLockDatabase(url: string): Promise<Release | undefined> {
  return tryLock(new KeptConnection(url), 'pg_try_advisory_lock');
}

/** Takes it together with others that serve it as well; undefined while one has it alone. After a restart of the server it is taken anew. */
export function tryJoinDatabase(url: string): Promise<Release | undefined> {
  let isJoined = false;
  const connection = new KeptConnection(url, async (made) => {
    if (isJoined) await made.query('select pg_advisory_lock_shared($1)', [SERVERS_LOCK]);
    isJoined = true;
  });
  return tryLock(connection, 'pg_try_advisory_lock_shared');
}

const COMMANDS_LOCK = 82_014;

/** Lets no command write until it is released; those that are just writing are waited for. */
export async function lockOutCommands(url: string): Promise<Release> {
  const connection = new KeptConnection(url, async (made) => {
    await made.query('select pg_advisory_lock($1)', [COMMANDS_LOCK]);
  });
  await untilReached(() => connection.open());
  return async () => {
    // The server hears a moment later that a connection ended, and refused whoever wrote in between.
    await connection.query('select pg_advisory_unlock($1)', [COMMANDS_LOCK]).catch(() => undefined);
    await connection.end();
  };
}

/** Whether commands may write, which stays so until this transaction ends. */
export async function mayCommandsWrite(trx: Knex.Transaction): Promise<boolean> {
  const [{ may }] = await trx.raw('select pg_try_advisory_xact_lock_shared(?) as may', [COMMANDS_LOCK]);
  return may;
}

async function tryLock(connection: KeptConnection, lock: string): Promise<Release | undefined> {
  // Whoever lost the connection lost the lock with it.
  const [{ has }] = await untilReached(() => connection.query(`select ${lock}($1) as has`, [SERVERS_LOCK]));
  if (has) return () => connection.end();
  await connection.end();
  return undefined;
}
