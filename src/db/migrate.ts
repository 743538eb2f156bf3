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
