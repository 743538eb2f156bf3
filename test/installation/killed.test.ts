import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ofNode, serverProcess } from '../../faults/server-process.ts';
import { EVERYTHING } from '../../src/access/rights.ts';
import { readSettings } from '../../src/config.ts';
import { pendingMigrations } from '../../src/db/migrate.ts';
import { tryLockFile } from '../../src/db/server-lock.ts';
import { backUp } from '../../src/installation/backups/backup.ts';
import { findBackups } from '../../src/installation/backups/backups.ts';
import { moveAll } from '../../src/installation/backups/replacing.ts';
import { restore } from '../../src/installation/backups/restore.ts';
import { growWhole } from '../../src/installation/data/whole-file.ts';
import { type Installation, openForCommand, openForServer } from '../../src/installation/open-installation.ts';
import { secretProblems } from '../../src/installation/secrets/secret-fingerprints.ts';
import { readSecrets, withSecrets } from '../../src/installation/secrets/secrets.ts';
import { createFirstAdministrator } from '../../src/setup/actions/first-administrator.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { LANDED, openLanded } from '../migrations/landed.ts';
import { layEmptyDatabase } from '../support/template.ts';

const program = join(import.meta.dirname, '../../bin/roster.ts');
const preloaded = join(import.meta.dirname, '../../faults/kill-at-rename.ts');

let folder: string;
let dataDir: string;
let server: Installation | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-killed-'));
  dataDir = join(folder, 'data');
  server = undefined;
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (place = dataDir) => readSettings({ DATA_DIR: place }, '');

async function start(place = dataDir): Promise<Installation> {
  server = await openForServer(settings(place));
  return server;
}

async function stop(): Promise<void> {
  await server?.close();
  server = undefined;
}

const names = async () => (await server!.db.read('users').orderBy('name').pluck('name')).join();
const renamed = (name: string) => server!.db.write((trx) => trx('users').update({ name }));

async function startWithAlice(): Promise<void> {
  layEmptyDatabase(dataDir);
  const { config, db } = await start();
  const act = programAct(actSettings(config), { name: 'setup', rights: EVERYTHING });
  await createFirstAdministrator(db, act, { name: 'alice', email: 'alice@example.com', passwordHash: 'x' });
}

describe('a restore that is killed while it exchanges the files', () => {
  const file = () => join(folder, 'backup.tar.gz');

  /** The signal that ended it; null where it came to its end. */
  function restoreKilledAt(place: string, rename: number): Promise<NodeJS.Signals | null> {
    const child = spawn(process.execPath, ['--import', preloaded, program, 'restore', file()], {
      env: { ...ofNode(), DATA_DIR: place, KILL_AT_RENAME: String(rename) },
      stdio: 'ignore',
    });
    return new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
  }

  it('at any of its moves is taken back by the next start, the log with the database', async () => {
    await startWithAlice();
    await backUp(settings(), file(), true);
    await renamed('alice of now');
    // As a server that was killed leaves it: what was done last stands in the log.
    const left = join(folder, 'left');
    cpSync(dataDir, left, { recursive: true });
    await stop();
    const found: string[] = [];
    for (let rename = 1, isKilled = true; isKilled; rename++) {
      const place = join(folder, `at ${rename}`);
      cpSync(left, place, { recursive: true });
      isKilled = (await restoreKilledAt(place, rename)) === 'SIGKILL';
      await start(place);
      found.push(await names());
      await stop();
      const beside = readdirSync(place).filter((name) => !name.startsWith('replaced-'));
      expect(beside.sort()).toEqual(['closed', 'reserve', 'roster.sqlite', 'secrets', 'server.lock']);
    }
    // The mark, database and secrets away, secrets and database in.
    expect(found.slice(0, -1)).toEqual(Array(5).fill('alice of now'));
    expect(found.at(-1)).toBe('alice');
  });

  it('is taken back by a command and by a restore as well', async () => {
    await startWithAlice();
    await backUp(settings(), file(), true);
    await renamed('alice of now');
    await stop();
    expect(await restoreKilledAt(dataDir, 3)).toBe('SIGKILL');
    await expect(backUp(settings(), join(folder, 'other.tar.gz'), true)).rejects.toThrow(
      /start the server, or restore/,
    );
    server = await openForCommand(settings());
    expect(await names()).toBe('alice of now');
    await stop();
    expect(await restoreKilledAt(dataDir, 3)).toBe('SIGKILL');
    const { replaced } = await restore(settings(), file(), false);
    expect(readdirSync(replaced!).sort()).toEqual(['roster.sqlite', 'secrets']);
    await start();
    expect(await names()).toBe('alice');
  });
});

describe('a command beside a restore', () => {
  it('is refused, since what it changes would be replaced, also where it was there before', async () => {
    await startWithAlice();
    await stop();
    server = await openForCommand(settings());
    const lock = tryLockFile(join(dataDir, 'server.lock'))!;
    mkdirSync(join(dataDir, 'restoring-x'));
    const told = /a backup is just being restored here: wait until that is done/;
    await expect(renamed('lost')).rejects.toThrow(told);
    await expect(openForCommand(settings())).rejects.toThrow(told);
    expect(await names()).toBe('alice');
    lock.release();
    // It was killed.
    await stop();
    server = await openForCommand(settings());
    await renamed('kept');
    expect([await names(), existsSync(join(dataDir, 'restoring-x'))]).toEqual(['kept', false]);
  });
});

it('makes the rest of its secrets at the next start where the first was killed among them', async () => {
  for (const rename of [1, 2, 4]) {
    const place = join(folder, `at ${rename}`);
    layEmptyDatabase(place);
    const { exited } = serverProcess(
      { DATA_DIR: place, KILL_AT_RENAME: String(rename) },
      { preloaded: 'kill-at-rename.ts' },
    );
    expect((await exited).signal).toBe('SIGKILL');
    const { config, db } = await start(place);
    const kept = readdirSync(join(place, 'secrets')).sort();
    expect(kept).toEqual(['audit-secret', 'link-secret', 'password-pepper', 'session-secret']);
    expect(await secretProblems(db.read, config, readSecrets(config))).toEqual([]);
    await stop();
  }
});

it('makes no secrets for a command that comes while the first server makes them', async () => {
  layEmptyDatabase(dataDir);
  await expect(openForCommand(settings())).rejects.toThrow(/is only just being made: start the server once/);
  expect(existsSync(join(dataDir, 'secrets'))).toBe(false);
});

it('exchanges the files though whoever had the database open beside has just removed its log', () => {
  const [database, log, aside] = ['roster.sqlite', 'roster.sqlite-wal', 'aside'].map((name) => join(folder, name));
  writeFileSync(database, 'the database');
  mkdirSync(aside);
  moveAll([
    [database, join(aside, 'roster.sqlite')],
    [log, join(aside, 'roster.sqlite-wal'), 'where it is there'],
  ]);
  expect(readdirSync(aside)).toEqual(['roster.sqlite']);
});

describe('a backup that was killed', () => {
  it('leaves nothing that the next one does not clear at once, and one at work is left alone', async () => {
    await startWithAlice();
    const [killed, atWork, begun] = ['killed', 'at-work', 'begun'].map((name) =>
      join(folder, `.roster-backup-${name}`),
    );
    for (const workshop of [killed, atWork, begun]) mkdirSync(workshop);
    writeFileSync(join(killed, 'server.lock'), '');
    writeFileSync(join(killed, 'roster.sqlite'), 'a copy of the database');
    const lock = tryLockFile(join(atWork, 'server.lock'))!;
    try {
      await backUp(settings(), join(folder, 'backup.tar.gz'), true);
    } finally {
      lock.release();
    }
    expect([killed, atWork, begun].map((workshop) => existsSync(workshop))).toEqual([false, true, true]);
  });
});

describe('an upgrade that stops half-way', () => {
  it('keeps the backup from before it, however often it is tried again', async () => {
    const old = await openLanded(LANDED[0], dataDir);
    const pending = await pendingMigrations(old);
    // One of the later ones cannot be done.
    await old.writer.raw('create table leaving_reminders (id integer)');
    await old.close();
    withSecrets(settings());
    const backups = () => findBackups(dataDir).map(({ file }) => file);
    await expect(openForServer(settings())).rejects.toThrow(/leaving_reminders/);
    const before = backups();
    expect(before).toEqual([expect.stringContaining(`before-${pending[0]}-`)]);
    await expect(openForServer(settings())).rejects.toThrow(/leaving_reminders/);
    expect(backups()).toEqual(before);
    const { default: BetterSqlite } = await import('better-sqlite3');
    const database = new BetterSqlite(join(dataDir, 'roster.sqlite'));
    database.exec('drop table leaving_reminders');
    database.close();
    await start();
    expect(backups()).toEqual(before);
    expect(existsSync(join(dataDir, 'upgrading'))).toBe(false);
  });
});

it('writes a file though one that was killed left its own beside it, by the same number of the process', async () => {
  const file = join(folder, 'users.csv');
  writeFileSync(`${file}.${process.pid}.new`, 'half of it');
  const growing = await growWhole(file);
  await growing.write('all of it');
  await growing.finish();
  expect(existsSync(file)).toBe(true);
});
