import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import type { Database } from '../../src/db/database.ts';
import { openUnplugged } from '../support/unplugged.ts';

const folder = join(import.meta.dirname, 'landed');

/**
 * Every schema that a landed commit ever made, the oldest first, as `number-commit`: with it came its table of
 * migrations. When a migration has landed, the schema with it is added, and none is ever changed.
 */
export const LANDED: string[] = readdirSync(folder)
  .sort()
  .map((file) => file.replace(/\.sql$/, ''));

/** A database as a program of that time left it, with people in it. */
export async function openLanded(name: string, dataDir: string): Promise<Database> {
  const db = await openUnplugged(dataDir);
  await execute(db, readFileSync(join(folder, `${name}.sql`), 'utf8'));
  await execute(db, readFileSync(join(import.meta.dirname, 'people.sql'), 'utf8'));
  return db;
}

/** Many statements at once, which Knex cannot. */
async function execute({ writer }: Database, sql: string): Promise<void> {
  const connection: BetterSqlite.Database = await writer.client.acquireConnection();
  try {
    connection.exec(sql);
  } finally {
    await writer.client.releaseConnection(connection);
  }
}
