import { createHash } from 'node:crypto';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { create, extract } from 'tar';
import { brokenInvariants } from '../../faults/invariants.ts';
import { seedCast } from '../../seeds/cast.ts';
import { DAY, dayOf, HOUR, instant, MINUTE } from '../../src/clock.ts';
import { readSettings, type Settings } from '../../src/config.ts';
import { backUp } from '../../src/installation/backups/backup.ts';
import { findBackups, isBackupDue, makeDailyBackup, newestBackup } from '../../src/installation/backups/backups.ts';
import { moveAll } from '../../src/installation/backups/replacing.ts';
import { restore } from '../../src/installation/backups/restore.ts';
import { makeWorkshop } from '../../src/installation/data/data-folder.ts';
import { installationMark } from '../../src/installation/data/installation-mark.ts';
import { type Installation, openForServer } from '../../src/installation/open-installation.ts';
import { CannotStart } from '../../src/process/cannot-start.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { rosterWith } from '../support/command-line.ts';
import { layEmptyDatabase } from '../support/template.ts';

let folder: string;
let dataDir: string;
let file: string;
let server: Installation | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-backup-'));
  dataDir = join(folder, 'data');
  file = join(folder, 'backup.tar.gz');
  layEmptyDatabase(dataDir);
  server = await openForServer(settings());
  const { config, db } = server;
  await seedCast(db, { settings: actSettings(config), loginAttempts: 5, now: Date.now(), passwordHash: 'x' });
  const later = instant(Date.now() + DAY);
  const row = { data: '{}', address: '', agent: '', created_at: later, seen_at: later, expires_at: later };
  await db.write(async (trx) => {
    const { id } = await trx('users').where('name', 'bob').first('id');
    await trx('sessions').insert([
      { id_hash: 'bobs', user_id: id, ...row },
      { id_hash: 'bobs other', user_id: id, ...row },
    ]);
    await trx('outbox').insert({
      kind: 'password-changed',
      user_id: id,
      address: 'bob@example.com',
      created_at: later,
      try_until: later,
      next_at: instant(0),
    });
    await trx('reset_requests').insert({ identifier: 'bob', requested_at: later, address: '', request_id: '' });
  });
});

afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function settings(given: Record<string, string> = {}): Settings {
  return readSettings({ DATA_DIR: dataDir, ...given }, '');
}

async function stop(): Promise<void> {
  await server?.close();
  server = undefined;
}

async function start(): Promise<Installation> {
  server = await openForServer(settings());
  return server;
}

const names = async () => (await server!.db.read('users').orderBy('name').pluck('name')).join(' ');
const openLinks = () => server!.db.read('links').whereNull('used_at').whereNull('ended_at').orderBy('id').pluck('id');
const renamed = (name: string) => server!.db.write((trx) => trx('users').where('name', 'bob').update({ name }));

/** The backup unpacked, changed and packed again. */
async function changed(change: (unpacked: string) => void): Promise<void> {
  const unpacked = mkdtempSync(join(folder, 'unpacked-'));
  await extract({ file, cwd: unpacked });
  change(unpacked);
  await create({ file, cwd: unpacked, gzip: true }, readdirSync(unpacked).sort());
}

/** A restore must be refused, and leave everything as it lies there. */
async function refusal(given: Record<string, string> = {}): Promise<string> {
  const state = () =>
    readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
      .filter((name) => !/server\.lock$|-shm$/.test(name) && statSync(join(dataDir, name)).isFile())
      // Whoever looks into a database leaves an empty log beside it.
      .filter((name) => !name.endsWith('-wal') || statSync(join(dataDir, name)).size > 0)
      .sort()
      .map(
        (name) =>
          `${name} ${createHash('sha256')
            .update(readFileSync(join(dataDir, name)))
            .digest('hex')}`,
      );
  const before = state();
  const error = await restore(settings(given), file, false).catch((failure) => failure);
  expect(error).toBeInstanceOf(CannotStart);
  expect(state()).toEqual(before);
  return error.message;
}

describe('a backup', () => {
  it('is made while the server runs, holds database and secrets, and is for this user alone', async () => {
    const before = await names();
    const { code, output } = await rosterWith({ DATA_DIR: dataDir }, 'backup', file);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('keep it as safe as DATA_DIR') });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await renamed('robert');
    await stop();
    rmSync(dataDir, { recursive: true });
    await restore(settings(), file, false);
    await start();
    expect(await names()).toBe(before);
    expect(statSync(join(dataDir, 'roster.sqlite')).mode & 0o777).toBe(0o600);
    expect(await brokenInvariants(server!.db.writer, server!.config.secrets.audit, { seeded: true })).toEqual([]);
  });

  it('is whole or not there, and leaves nothing beside it', async () => {
    const existing = join(folder, 'letter.txt');
    writeFileSync(existing, 'dear diary');
    await expect(backUp(settings(), existing, true)).rejects.toThrow(/letter\.txt is there already and is no backup/);
    await expect(backUp(settings(), join(dataDir, 'roster.sqlite'), true)).rejects.toThrow(/is there already/);
    await expect(backUp(settings(), join(folder, 'no', 'where'), true)).rejects.toThrow(/there is no folder/);
    expect(() => makeWorkshop('/proc', '.backup-')).toThrow(
      new CannotStart(['/proc cannot be written (nothing can be made there)']),
    );
    await backUp(settings(), file, true);
    // The same name again replaces it.
    await backUp(settings(), file, true);
    expect(readdirSync(folder).sort()).toEqual(['backup.tar.gz', 'data', 'letter.txt']);
    expect(readFileSync(existing, 'utf8')).toBe('dear diary');
  });

  it('leaves out the secrets where it is asked to, or where they are given from outside', async () => {
    await rosterWith({ DATA_DIR: dataDir }, 'backup', file, '--without-secrets');
    const unpacked = mkdtempSync(join(folder, 'unpacked-'));
    await extract({ file, cwd: unpacked });
    expect(readdirSync(unpacked).sort()).toEqual(['manifest.json', 'roster.sqlite']);
    await stop();
    // Those that lie there fit.
    await restore(settings(), file, false);
    await start();
    await stop();
    // Nor is one lost that was given from outside when the backup was made, and is kept here by now.
    const pepper = join(dataDir, 'secrets', 'password-pepper');
    const PASSWORD_PEPPER = readFileSync(pepper, 'utf8').trim();
    await backUp(settings({ PASSWORD_PEPPER }), file, true);
    await restore(settings(), file, false);
    expect(readFileSync(pepper, 'utf8').trim()).toBe(PASSWORD_PEPPER);
    await start();
    await stop();
    await rosterWith({ DATA_DIR: dataDir }, 'backup', file, '--without-secrets');
    rmSync(pepper);
    expect(await refusal()).toMatch(/password-pepper is missing/);
  });
});

describe('daily backups', () => {
  it('are kept for as many days as the settings say, and made in a process of its own', async () => {
    const backups = join(dataDir, 'backups');
    mkdirSync(backups);
    for (const day of ['01', '02', '03']) {
      const old = join(backups, `roster-2026-01-${day}.tar.gz`);
      writeFileSync(old, '');
      utimesSync(old, Number(day), Number(day));
    }
    await makeDailyBackup({ dataDir, databaseUrl: undefined }, Date.parse('2026-01-04T12:00:00Z'), 2);
    expect(readdirSync(backups).sort()).toEqual(['roster-2026-01-03.tar.gz', 'roster-2026-01-04.tar.gz']);
    expect(findBackups(dataDir)[0].bytes).toBeGreaterThan(10_000);
  });

  it('from a clock that was ahead and has been set back since drive out none that is newer', async () => {
    const backups = join(dataDir, 'backups');
    mkdirSync(backups);
    const now = Date.now();
    const aside = (name: string, madeAt: number) => {
      writeFileSync(join(backups, name), '');
      utimesSync(join(backups, name), madeAt / 1_000, madeAt / 1_000);
    };
    aside('roster-2030-01-01.tar.gz', now + 23 * HOUR);
    aside('roster-2030-01-02.tar.gz', now + 47 * HOUR);
    expect(isBackupDue(dataDir, now)).toBe(true);
    await makeDailyBackup({ dataDir, databaseUrl: undefined }, now, 2);
    expect(readdirSync(backups).sort()).toEqual([`roster-${dayOf(now)}.tar.gz`, 'roster-2030-01-02.tar.gz']);
    expect(basename(newestBackup(dataDir)!)).toBe(`roster-${dayOf(now)}.tar.gz`);
    expect(isBackupDue(dataDir, now + HOUR)).toBe(false);
    expect(isBackupDue(dataDir, now + DAY + MINUTE)).toBe(true);
  });

  it('say why there is none', async () => {
    await server!.db.write((trx) => trx.raw('update users set version = version'));
    const backups = join(dataDir, 'backups');
    mkdirSync(backups);
    writeFileSync(join(backups, 'roster-2026-01-04.tar.gz'), 'something else');
    const made = makeDailyBackup({ dataDir, databaseUrl: undefined }, Date.parse('2026-01-04T12:00:00Z'), 2);
    await expect(made).rejects.toThrow(/roster-2026-01-04\.tar\.gz is there already and is no backup/);
  });

  it('are made before every upgrade of data that is there', async () => {
    await stop();
    expect(existsSync(join(dataDir, 'backups'))).toBe(false);
    const { default: BetterSqlite } = await import('better-sqlite3');
    const database = new BetterSqlite(join(dataDir, 'roster.sqlite'));
    database.exec('drop table secret_fingerprints; drop table server_settings');
    database.exec("delete from migrations where name = '0025-installation'");
    database.close();
    await start();
    expect(readdirSync(join(dataDir, 'backups'))).toEqual([
      expect.stringMatching(/^before-0025-installation-\d{14}\.tar\.gz$/),
    ]);
  });
});

describe('a restore', () => {
  beforeEach(async () => {
    await backUp(settings(), file, true);
  });

  it('refuses while the server runs', async () => {
    expect(await refusal()).toMatch(/another Roster runs/);
    const { code } = await rosterWith({ DATA_DIR: dataDir }, 'restore', file);
    expect(code).toBe(2);
  });

  it.each(['nothing', 'a log', 'another log', 'damage'])('goes over %s that lies there', async (leftover) => {
    const before = await names();
    await renamed('robert');
    // What a killed server leaves: the log stands beside the database.
    if (leftover === 'a log') copyFileSync(join(dataDir, 'roster.sqlite-wal'), join(folder, 'wal'));
    await stop();
    if (leftover === 'nothing') rmSync(dataDir, { recursive: true });
    if (leftover === 'a log') copyFileSync(join(folder, 'wal'), join(dataDir, 'roster.sqlite-wal'));
    if (leftover === 'another log') writeFileSync(join(dataDir, 'roster.sqlite-wal'), Buffer.alloc(50_000, 7));
    if (leftover === 'damage') writeFileSync(join(dataDir, 'roster.sqlite'), 'no database at all'.repeat(1_000));
    const report = await restore(settings(), file, false);
    expect(report.replaced === undefined).toBe(leftover === 'nothing');
    await start();
    expect(await names()).toBe(before);
  });

  it('puts back what it moved where something cannot be moved', () => {
    const [one, two, aside] = ['one', 'two', 'aside'].map((name) => join(folder, name));
    writeFileSync(one, 'the database');
    mkdirSync(aside);
    const moves: [string, string][] = [
      [one, join(aside, 'one')],
      [two, join(aside, 'two')],
    ];
    expect(() => moveAll(moves)).toThrow(/two cannot be moved .* Nothing was changed$/);
    expect(readFileSync(one, 'utf8')).toBe('the database');
    expect(existsSync(aside)).toBe(false);
  });

  it('that was killed leaves no second copy of the data for long', async () => {
    const left = join(dataDir, 'restoring-x');
    await stop();
    for (const goOn of [start, () => restore(settings(), file, false)]) {
      await stop();
      mkdirSync(join(left, 'secrets'), { recursive: true });
      writeFileSync(join(left, 'secrets', 'link-secret'), 'x'.repeat(64));
      await goOn();
      expect(existsSync(left)).toBe(false);
    }
  });

  it('leaves what root restores to whose folder it is', async () => {
    await stop();
    // Whoever is not root gives nothing away.
    const uid = process.getuid!() === 0 ? 65_534 : process.getuid!();
    chownSync(dataDir, uid, process.getgid!());
    const { replaced } = await restore(settings(), file, false);
    const made = ['', 'roster.sqlite', 'server.lock', 'secrets', 'secrets/link-secret', basename(replaced!)];
    expect(made.map((name) => statSync(join(dataDir, name)).uid)).toEqual(made.map(() => uid));
  });

  it('ends sessions and open links, and sends no mail that waited', async () => {
    expect((await openLinks()).length).toBeGreaterThan(0);
    await stop();
    const report = await restore(settings(), file, false);
    expect(report).toMatchObject({ sessionsEnded: 2, linksEnded: expect.any(Number) });
    const { db } = await start();
    expect(await db.read('sessions')).toEqual([]);
    expect(await openLinks()).toEqual([]);
    expect(await db.read('outbox').whereNull('sent_at').whereNull('failed_at')).toEqual([]);
    expect(await db.read('reset_requests')).toEqual([]);
    expect(await db.read('audit_events').where('action', 'system.restored')).toHaveLength(1);
  });

  it('leaves access open where it is told to, but for what ended since the backup', async () => {
    const before = await openLinks();
    const used = before[0];
    await server!.db.write(async (trx) => {
      await trx('links')
        .where('id', used)
        .update({ used_at: instant(Date.now()) });
      await trx('sessions').where('id_hash', 'bobs').delete();
    });
    await stop();
    const report = await restore(settings(), file, true);
    expect(report).toMatchObject({ knowsSince: true, sessionsEnded: 1, linksEnded: 1 });
    const { db } = await start();
    expect(await openLinks()).toEqual(before.slice(1));
    expect(await db.read('sessions').pluck('id_hash')).toEqual(['bobs other']);
    expect((await db.read('links').where('id', used).first()).used_at).not.toBeNull();
    expect(await db.read('outbox').whereNull('sent_at').whereNull('failed_at')).toEqual([]);
  });

  it('says that it does not know what ended since where nothing lies there', async () => {
    await stop();
    rmSync(dataDir, { recursive: true });
    const { code, output } = await rosterWith({ DATA_DIR: dataDir }, 'restore', file, '--keep-access');
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('counts as open again') });
  });

  it('refuses what is damaged, cut short, something else, of a newer version or of other secrets', async () => {
    await stop();
    const whole = readFileSync(file);
    const middle = Math.floor(whole.length / 2);

    writeFileSync(file, whole.subarray(0, middle));
    expect(await refusal()).toMatch(/no backup of Roster, or it is damaged/);
    const flipped = Buffer.from(whole);
    flipped[middle] ^= 0xff;
    writeFileSync(file, flipped);
    expect(await refusal()).toMatch(/damaged/);
    writeFileSync(file, 'dear diary');
    expect(await refusal()).toMatch(/no backup of Roster/);

    writeFileSync(file, whole);
    await changed((unpacked) => writeFileSync(join(unpacked, 'secrets', 'password-pepper'), 'x'.repeat(64)));
    expect(await refusal()).toMatch(/password-pepper in it is not what was put there/);
    writeFileSync(file, whole);
    expect(await refusal({ PASSWORD_PEPPER: 'a pepper that was made up and is long enough' })).toMatch(
      /Nothing was changed/,
    );
    rmSync(file);
    expect(await refusal()).toMatch(/there is no file/);
  });

  it('unpacks nothing but what belongs into a backup', async () => {
    await stop();
    await changed((unpacked) => writeFileSync(join(unpacked, 'backups'), 'would lie where backups are kept'));
    await restore(settings(), file, false);
    expect(existsSync(join(dataDir, 'backups'))).toBe(false);
    expect(
      readdirSync(dataDir)
        .map((name) => name.replace(/\d+$/, ''))
        .sort(),
    ).toEqual(['replaced-', 'reserve', 'roster.sqlite', 'secrets', 'server.lock']);
  });
});

it('gives the installation another mark, for ids that were given since will be given again', async () => {
  const before = await server!.db.write(installationMark);
  expect(await server!.db.write(installationMark)).toBe(before);
  await backUp(settings(), file, true);
  await stop();
  await restore(settings(), file, true);
  const { db } = await start();
  const after = await db.write(installationMark);
  expect([before, after]).toEqual([expect.stringMatching(/^[b-z]{16}$/), expect.stringMatching(/^[b-z]{16}$/)]);
  expect(after).not.toBe(before);
});
