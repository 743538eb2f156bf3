import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { formerNames, migrations } from '../../migrations/index.ts';
import { type Database, isBusy } from './database.ts';

/** The data was written by a newer Roster than this one, which must not touch it. */
export class NewerSchema extends Error {
  constructor() {
    super('the data was made by a newer version of Roster; start that version, or restore a backup made before it');
  }
}

const TABLE = 'migrations';

const config: Knex.MigratorConfig = {
  tableName: TABLE,
  migrationSource: {
    getMigrations: async () => Object.keys(migrations),
    getMigrationName: (name: string) => name,
    getMigration: async (name: string) => migrations[name],
  },
};

const PATIENCE = 10_000;

/** The migrations that this database still needs, in their order. Only reads. */
export async function pendingMigrations(db: Database): Promise<string[]> {
  const done = new Set((await recordedNames(db)).map((name) => formerNames[name] ?? name));
  if ([...done].some((name) => !(name in migrations))) throw new NewerSchema();
  return Object.keys(migrations).filter((name) => !done.has(name));
}

/**
 * Brings the schema up to date, each migration in a transaction of its own, so that a crash leaves a whole number of them
 * done. Where nothing is to do, nothing is written. Another process that migrates at the same moment is waited for.
 */
export async function migrate(db: Database): Promise<void> {
  if ((await pendingMigrations(db)).length > 0) await renameRecorded(db);
  const patience = performance.now() + PATIENCE;
  while ((await pendingMigrations(db)).length > 0) {
    try {
      // Not `latest`, which runs all of them in one transaction.
      await db.writer.migrate.up(config);
    } catch (error) {
      // Taken inside a transaction that nobody else can have at the same time: whoever left this lock is gone.
      if (isLockedByKnex(error)) await db.writer.migrate.forceFreeMigrationsLock(config);
      else if (!isBusy(error) || performance.now() > patience) throw error;
      else await sleep(200);
    }
  }
}

async function recordedNames({ writer }: Database): Promise<string[]> {
  const table = await writer('sqlite_schema').where({ type: 'table', name: TABLE }).first('name');
  return table ? writer(TABLE).orderBy('id').pluck('name') : [];
}

async function renameRecorded(db: Database): Promise<void> {
  const former = (await recordedNames(db)).filter((name) => name in formerNames);
  if (former.length === 0) return;
  await db.write(async (trx) => {
    for (const name of former) await trx(TABLE).where({ name }).update({ name: formerNames[name] });
  });
}

function isLockedByKnex(error: unknown): boolean {
  return error instanceof Error && error.message.includes('already locked');
}
