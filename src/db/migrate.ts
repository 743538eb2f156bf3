import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { formerNames, type LoadMigration, migrations, postgresMigrations } from '../../migrations/index.ts';
import { type Database, isBusy } from './database.ts';
import { dialectOf } from './dialects.ts';

/** The data was written by a newer Roster than this one, which must not touch it. */
export class NewerSchema extends Error {
  constructor() {
    super('the data was made by a newer version of Roster; start that version, or restore a backup made before it');
  }
}

const TABLE = 'migrations';

function configOf(migrations: Record<string, LoadMigration>): Knex.MigratorConfig {
  return {
    tableName: TABLE,
    migrationSource: {
      getMigrations: async () => Object.keys(migrations),
      getMigrationName: (name: string) => name,
      getMigration: async (name: string) => migrations[name](),
    },
  };
}

/** All that this kind of database needs, in their order. */
function migrationsFor({ writer }: Database): Record<string, LoadMigration> {
  return dialectOf(writer).beginsWithBaseline ? postgresMigrations : migrations;
}

const PATIENCE = 10_000;

/** The migrations that this database still needs, in their order. Only reads. */
export async function pendingMigrations(db: Database): Promise<string[]> {
  const needed = migrationsFor(db);
  const done = new Set((await recordedNames(db)).map((name) => formerNames[name] ?? name));
  if ([...done].some((name) => !(name in needed))) throw new NewerSchema();
  return Object.keys(needed).filter((name) => !done.has(name));
}

/** The last migration that ran; undefined where none did. */
export async function lastMigration(db: Database): Promise<string | undefined> {
  return (await recordedNames(db))
    .map((name) => formerNames[name] ?? name)
    .sort()
    .at(-1);
}

/**
 * Brings the schema up to date, each migration in a transaction of its own, so that a crash leaves a whole number of them
 * done. Where nothing is to do, nothing is written. Another process that migrates at the same moment is waited for.
 */
export async function migrate(db: Database): Promise<void> {
  await migrateUpTo(db, undefined);
}

/** The same to the version that a migration made, of this kind of database or of another. */
export async function migrateUpTo(db: Database, last: string | undefined): Promise<void> {
  const pending = async () => (await pendingMigrations(db)).filter((name) => isUpTo(name, last));
  if ((await pending()).length > 0) await renameRecorded(db);
  const config = configOf(migrationsFor(db));
  const { lockMigrations } = dialectOf(db.writer);
  const patience = performance.now() + PATIENCE;
  while ((await pending()).length > 0) {
    const unlock = await lockMigrations?.(db.writer);
    try {
      // Not `latest`, which runs all of them in one transaction. Another may have done it meanwhile.
      if ((await pending()).length > 0) await db.writer.migrate.up(config);
    } catch (error) {
      // Taken inside a transaction that nobody else can have at the same time: whoever left this lock is gone.
      if (isLockedByKnex(error)) await db.writer.migrate.forceFreeMigrationsLock(config);
      else if (!isBusy(error) || performance.now() > patience) throw error;
      else await sleep(200);
    } finally {
      await unlock?.();
    }
  }
}

/** By their numbers, which are the same for both kinds. */
function isUpTo(name: string, last: string | undefined): boolean {
  return last === undefined || Number.parseInt(name, 10) <= Number.parseInt(last, 10);
}

async function recordedNames({ writer }: Database): Promise<string[]> {
  return (await writer.schema.hasTable(TABLE)) ? writer(TABLE).orderBy('id').pluck('name') : [];
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
