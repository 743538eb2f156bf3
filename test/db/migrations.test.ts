import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { migrations } from '../../migrations/index.ts';
import type { Database } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openUnplugged } from '../support/unplugged.ts';

let folder: string;
let db: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-migrations-'));
  db = await openUnplugged(folder);
});

afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every table, index and trigger with its definition. */
async function schema(): Promise<Record<string, string>> {
  const rows = await db.writer('sqlite_schema').whereNotNull('sql').select('name', 'sql');
  return Object.fromEntries(
    rows.filter(({ name }) => !/^(migrations|sqlite_)/.test(name)).map(({ name, sql }) => [name, sql]),
  );
}

test('each migration can be taken back, and then leaves what was there before it', async () => {
  const config = {
    tableName: 'migrations',
    migrationSource: {
      getMigrations: async () => Object.keys(migrations),
      getMigrationName: (name: string) => name,
      getMigration: async (name: string) => migrations[name](),
    },
  };
  const before: Record<string, string>[] = [];
  for (const _ of Object.keys(migrations)) {
    before.push(await schema());
    await db.writer.migrate.up(config);
  }
  for (const name of Object.keys(migrations).reverse()) {
    await db.writer.migrate.down(config);
    expect({ name, ...(await schema()) }).toEqual({ name, ...before.pop() });
  }
});

test('a migrated database is whole and its references are kept', async () => {
  await migrate(db);
  expect(await db.writer.raw('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(await db.writer.raw('pragma foreign_key_check')).toEqual([]);
  const references: { from: string }[] = await db.writer.raw('pragma foreign_key_list(users)');
  expect(references.map((one) => one.from).sort()).toEqual(['api_only_owner_id', 'contact_id', 'created_by']);
  await expect(db.write((trx) => trx('users').update({ access_confirmed_by: 99 }))).resolves.toBe(0);
  await expect(
    db.write((trx) => trx('memberships').insert({ user_id: 99, group_id: 99, granted_at: '' })),
  ).rejects.toThrow(/FOREIGN KEY/);
});
