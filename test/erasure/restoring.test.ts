import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type People, seedCast } from '../../seeds/cast.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { DAY, instant } from '../../src/clock.ts';
import { readSettings } from '../../src/config.ts';
import { eraseWhoIsDue } from '../../src/erasure/actions/retention.ts';
import { erase, finishErasures } from '../../src/erasure/erasing.ts';
import { backUp } from '../../src/installation/backups/backup.ts';
import {
  addToErasedList,
  ERASED_LIST,
  keepErasedList,
  readErasedList,
} from '../../src/installation/backups/erased-list.ts';
import { restore } from '../../src/installation/backups/restore.ts';
import { type Installation, openForServer } from '../../src/installation/open-installation.ts';
import { DELETION } from '../../src/users/actions/deletion.ts';
import { findSubjects, findUsers } from '../../src/users/user-store.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import { dropDatabase, isOnPostgres, makeDatabase } from '../support/postgres.ts';

let folder: string;
let people: People;
let server: Installation | undefined;
/** By the folder beside which each is. */
let databases: Map<string, string>;
const file = () => join(folder, 'elsewhere.tar.gz');
const settings = (dataDir = 'data') =>
  readSettings({ DATA_DIR: join(folder, dataDir), DATABASE_URL: databases.get(dataDir) ?? '', DAILY_BACKUPS: '0' }, '');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-erased-'));
  databases = new Map();
  if (isOnPostgres) for (const dataDir of ['data', 'another']) databases.set(dataDir, await makeDatabase('template0'));
  server = await openForServer(settings());
  const { config, db } = server;
  const cast = { settings: actSettings(config), loginAttempts: 5, now: Date.now(), passwordHash: 'x' };
  people = await seedCast(db, cast);
});
afterEach(async () => {
  await server?.close();
  for (const database of databases.values()) await dropDatabase(database);
  rmSync(folder, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  await server?.close();
  server = undefined;
}

async function eraseBob(): Promise<void> {
  const { config, db } = server!;
  const act = commandLineAct(actSettings(config));
  await db.write(async (trx) => erase(trx, act, await findUsers(trx, [people.bob])));
  await keepErasedList(db.read, settings().dataDir);
  await finishErasures(db, act);
}

/** What bob is called where a backup was restored, and whether the chain holds there. */
async function restored(dataDir: string): Promise<{ name: string; intact: boolean; again: number }> {
  const { erasedAgain } = await restore(settings(dataDir), file(), false);
  server = await openForServer(settings(dataDir));
  const { name } = await server.db.read('users').where('id', people.bob).first('name');
  const { intact } = await verifyChain(server.db.read, server.config.secrets.audit);
  return { name, intact, again: erasedAgain };
}

describe('a restore', () => {
  it('erases nobody by itself for as long as after a deletion: who was deleted in it may have been brought back', async () => {
    const { config, db } = server!;
    const deletedAt = instant(Date.now() - 100 * DAY);
    const act = { ...commandLineAct(actSettings(config)), at: deletedAt };
    await db.write(async (trx) => DELETION.perform(trx, act, await findSubjects(trx, [people.bob], deletedAt)));
    await backUp(settings(), file(), true);
    await stop();
    expect((await restored('data')).name).toBe('bob');
    const retention = { eraseAfterDays: 30, deletedDays: 60 };
    const nameAfter = async (days: number) => {
      await eraseWhoIsDue(server!.db, actSettings(config), retention, instant(Date.now() + days * DAY));
      return (await findUsers(server!.db.read, [people.bob]))[0].name;
    };
    expect([await nameAfter(0), await nameAfter(29), await nameAfter(31)]).toEqual([
      'bob',
      'bob',
      `erased user ${people.bob}`,
    ]);
  });

  it('erases again whoever was erased since, by the data that it replaces', async () => {
    await backUp(settings(), file(), true);
    await eraseBob();
    await stop();
    const left = `erased user ${people.bob}`;
    expect(await restored('data')).toEqual({ name: left, intact: true, again: 1 });
    expect(JSON.stringify(await server!.db.read('audit_texts'))).not.toContain('bob@example.com');
  });

  it('erases them by the list beside the backup, where there is nothing else', async () => {
    await backUp(settings(), file(), true);
    await eraseBob();
    const list = readErasedList(join(settings().dataDir, 'backups'));
    expect(list.map(({ id }) => id)).toEqual([people.bob]);
    // Another Roster keeps its backups there as well.
    const other = { id: people.bob, createdAt: '2020-01-01T00:00:00.000Z', erasedAt: '2020-02-01T00:00:00.000Z' };
    addToErasedList(folder, [...list, other]);
    const text = readFileSync(join(folder, ERASED_LIST), 'utf8');
    expect(text).not.toContain('bob');
    await stop();
    expect(await restored('another')).toMatchObject({ name: `erased user ${people.bob}`, intact: true, again: 1 });
    expect(readErasedList(join(settings('another').dataDir, 'backups'))).toEqual([...list, other]);
  });

  it('takes the list along with each backup, and takes nobody else for one of it', async () => {
    await backUp(settings(), file(), true);
    addToErasedList(folder, [
      { id: people.bob, createdAt: '2020-01-01T00:00:00.000Z', erasedAt: '2020-02-01T00:00:00.000Z' },
    ]);
    await stop();
    expect(await restored('data')).toMatchObject({ name: 'bob', again: 0 });
    await eraseBob();
    const away = mkdtempSync(join(folder, 'away-'));
    await backUp(settings(), join(away, 'later.tar.gz'), true);
    expect(readErasedList(away).map(({ id }) => id)).toEqual([people.bob, people.bob]);
  });
});
