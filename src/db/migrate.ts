import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { migrations } from '../../migrations/index.ts';
import type { Database } from './database.ts';

/** The data was written by a newer Roster than this one, which must not touch it. */
export class NewerSchema extends Error {
  constructor() {
    super('the data was made by a newer version of Roster; start that version, or restore a backup made before it');
  }
}

const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => Object.keys(migrations),
  getMigrationName: (name) => name,
  getMigration: async (name) => migrations[name],
};

/** The names of the migrations that are still to run, in their order. Reads only. Throws NewerSchema. */
export async function pendingMigrations(db: Database): Promise<string[]> {
  if (!(await db.read.schema.hasTable('migrations'))) return Object.keys(migrations);
  const done: string[] = await db.read('migrations').pluck('name');
  if (done.some((name) => !Object.hasOwn(migrations, name))) throw new NewerSchema();
  return Object.keys(migrations).filter((name) => !done.includes(name));
}

const LOCK_PATIENCE = 10_000;

/**
 * Brings the schema up to date, each migration in a transaction of its own. Another process that migrates at the
 * same moment is waited for; a lock that a crash left behind is freed after that wait.
 */
export async function migrate(db: Database): Promise<void> {
  const migrate = db.writer.migrate;
  const config = { migrationSource, tableName: 'migrations' };
  const patience = performance.now() + LOCK_PATIENCE;
  for (;;) {
    try {
      await migrate.latest(config);
      return;
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      if (message.includes('following files are missing')) throw new NewerSchema();
      if (!message.includes('already locked')) throw error;
      if (performance.now() > patience) await migrate.forceFreeMigrationsLock(config);
      else await sleep(200);
    }
  }
}
