import type { Knex } from 'knex';
import { openPostgres } from './postgres.ts';

const MIGRATORS_LOCK = 82_012;

/** Migrations wait for those of another process. */
export async function lockMigrations(writer: Knex): Promise<() => Promise<void>> {
  // There is one connection that writes, so the lock is that of whoever migrates on it.
  await writer.raw('select pg_advisory_lock(?)', [MIGRATORS_LOCK]);
  return async () => {
    await writer.raw('select pg_advisory_unlock(?)', [MIGRATORS_LOCK]);
  };
}

const SERVERS_LOCK = 82_013;

/** Takes the database for one server, for as long as a connection of its own lasts; undefined while another has it. What it gives ends the lock. */
export async function tryLockDatabase(url: string): Promise<(() => Promise<void>) | undefined> {
  const { writer } = openPostgres(url);
  // Kept out of the pool, which ends connections that nobody uses.
  const connection = await writer.client.acquireConnection();
  const [{ has }] = await writer.raw('select pg_try_advisory_lock(?) as has', [SERVERS_LOCK]).connection(connection);
  const end = async () => {
    await writer.client.releaseConnection(connection);
    await writer.destroy();
  };
  if (has) return end;
  await end();
  return undefined;
}
