import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { extract } from 'tar';
import { brokenInvariants } from '../../faults/invariants.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import type { Transaction } from '../../src/db/database.ts';
import { lastMigration, migrateUpTo } from '../../src/db/migrate.ts';
import { backUp } from '../../src/installation/backups/backup.ts';
import { findBackups } from '../../src/installation/backups/backups.ts';
import { restore } from '../../src/installation/backups/restore.ts';
import { openForCommand, openForServer } from '../../src/installation/open-installation.ts';
import { readSecrets } from '../../src/installation/secrets/secrets.ts';
import { all, inhabited, type Place, Removal, reading, refusal, settings } from '../support/moving.ts';
import { dropDatabase, makeDatabase } from '../support/postgres.ts';

let house: Removal;
let databases: string[];
let onServer: Place;
let file: string;

beforeEach(async () => {
  house = new Removal();
  databases = [await makeDatabase('template0')];
  onServer = { ...house.here, DATABASE_URL: databases[0], DAILY_BACKUPS: '0' };
  file = join(house.folder, 'backup.tar.gz');
});
afterEach(async () => {
  for (const address of databases) await dropDatabase(address);
  house.end();
});

/** What a restore ends, and what tells of it. */
const CHANGED = /^(audit_|sessions|links|outbox|bulk_operations|installation_mark|\w+_changes|invitation_places)/;

async function expectRestored(place: Place, before: Awaited<ReturnType<typeof all>>): Promise<void> {
  const after = await all(place);
  for (const [table, rows] of Object.entries(before))
    if (!CHANGED.test(table)) expect({ table, rows: after[table] }).toEqual({ table, rows });
  expect(after.audit_events.slice(0, before.audit_events.length)).toEqual(before.audit_events);
  expect(after.links.map(({ id, token_hash: token }) => [id, token])).toEqual(
    before.links.map(({ id, token_hash: token }) => [id, token]),
  );
  expect(after.audit_events.at(-1)).toMatchObject({ action: 'system.restored' });
  const server = await openForServer(settings(place));
  expect(await verifyChain(server.db.read, server.config.secrets.audit)).toMatchObject({ intact: true });
  await server.close();
}

describe('a backup of a server', () => {
  it('is that of a file as well, and the other way round', async () => {
    await inhabited(onServer, 300);
    const before = await all(onServer);
    expect(await backUp(settings(onServer), file, true)).toMatchObject({
      secrets: ['session', 'pepper', 'link', 'audit'],
    });
    const onFile = { DATA_DIR: join(house.folder, 'file') };
    await restore(settings(onFile), file, false);
    await expectRestored(onFile, before);
    const { audit } = readSecrets(settings(onFile));
    expect(await reading(onFile, ({ read }) => brokenInvariants(read, audit!, { seeded: true }))).toEqual([]);

    const again = join(house.folder, 'again.tar.gz');
    const ofFile = await all(onFile);
    await backUp(settings(onFile), again, true);
    databases.push(await makeDatabase('template0'));
    const elsewhere = { DATA_DIR: join(house.folder, 'elsewhere'), DATABASE_URL: databases[1], DAILY_BACKUPS: '0' };
    await restore(settings(elsewhere), again, false);
    await expectRestored(elsewhere, ofFile);
  });

  it('holds one moment, while others write', async () => {
    await inhabited(onServer, 300);
    const server = await openForServer(settings(onServer));
    let isOver = false;
    const writing = (async () => {
      for (let n = 0; !isOver; n++)
        await server.db.write(async (trx) => {
          const one = { name: `n${n}`, created_at: '2026-11-26T12:00:00.000Z' };
          await trx('applications').insert({ ...one, key: `k${n}` });
          await trx('groups').insert({ ...one, name_key: `k${n}` });
        });
    })();
    await backUp(settings(onServer), file, true);
    isOver = true;
    await writing;
    await server.close();
    const onFile = { DATA_DIR: join(house.folder, 'file') };
    await restore(settings(onFile), file, false);
    await reading(onFile, async ({ read }) => {
      const [applications, groups] = await Promise.all(
        ['applications', 'groups'].map((table) =>
          read(table).where('name', 'like', 'n%').orderBy('name').pluck('name'),
        ),
      );
      expect(applications).toEqual(groups.filter((name: string) => /^n\d+$/.test(name)));
    });
  });

  it('takes the place of what was there, which is kept, and only while no server runs', async () => {
    await inhabited(onServer);
    const before = await all(onServer);
    await backUp(settings(onServer), file, true);
    const secrets = readSecrets(settings(onServer));
    await reading(onServer, (db) => db.write((trx) => trx('tags').insert({ name: 'later', name_key: 'later' })));
    const server = await openForServer(settings(onServer));
    expect(await refusal(restore(settings(onServer), file, false))).toMatch(/another Roster serves/);
    await server.close();

    rmSync(join(house.here.DATA_DIR, 'secrets'), { recursive: true });
    const { replaced } = await restore(settings(onServer), file, true);
    await expectRestored(onServer, before);
    expect(readSecrets(settings(onServer))).toEqual(secrets);
    expect((await all(onServer)).sessions).toEqual(before.sessions);
    const kept = join(replaced!, 'roster.tar.gz');
    expect(existsSync(kept)).toBe(true);
    await restore(settings(onServer), kept, false);
    expect(await reading(onServer, ({ read }) => read('tags').where('name', 'later').pluck('name'))).toEqual(['later']);
  });

  it('is not put in the place of what a command writes meanwhile: the command is refused', async () => {
    const { bob } = await inhabited(onServer);
    await backUp(settings(onServer), file, true);
    const { db, close } = await openForCommand(settings(onServer));
    const describeBob = (description: string) => (trx: Transaction) =>
      trx('users').where('id', bob).update({ description });
    await db.write(describeBob('before'));
    // The restore cannot look at what it replaces, and waits.
    const other = new Client(databases[0]);
    await other.connect();
    // Not as those who write, who take turns.
    await other.query('begin; lock table webhooks in access exclusive mode');
    const restored = restore(settings(onServer), file, false);
    const waits = async () =>
      (await db.read.raw(`select from pg_locks where relation = 'webhooks'::regclass and not granted`)).length > 0;
    while (!(await waits())) await new Promise((resolve) => setTimeout(resolve, 10));
    const told = /a backup is just being restored here/;
    await expect(db.write(describeBob('lost'))).rejects.toThrow(told);
    await expect(db.writePiece(describeBob('lost'))).rejects.toThrow(told);
    await other.end();
    await restored;
    await db.write(describeBob('after'));
    expect(await db.read('users').where('id', bob).pluck('description')).toEqual(['after']);
    await close();
  });

  it('is made of data of an older version before it is brought up to date', async () => {
    const place = { ...onServer, DAILY_BACKUPS: '3' };
    await reading(place, (db) => migrateUpTo(db, '0053-second-factors'));
    await (await openForServer(settings(place))).close();
    const [made] = findBackups(house.here.DATA_DIR);
    expect(readdirSync(join(house.here.DATA_DIR, 'backups'))).toEqual([
      expect.stringMatching(/^before-0054-\w+-\d+\.tar\.gz$/),
    ]);
    await extract({ file: made.file, cwd: house.folder });
    expect(await reading({ DATA_DIR: house.folder }, lastMigration)).toBe('0053-second-factors');
  });
});
