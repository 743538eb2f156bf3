import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import BetterSqlite from 'better-sqlite3';
import { serverProcess, startServer } from '../../faults/server-process.ts';
import { EVERYTHING } from '../../src/access/rights.ts';
import { readSettings } from '../../src/config.ts';
import { lockServer } from '../../src/db/server-lock.ts';
import { findDamageAside } from '../../src/db/sqlite/whole-database.ts';
import { type Installation, openForCommand, openForServer } from '../../src/installation/open-installation.ts';
import { keepServerSettings } from '../../src/installation/server-settings.ts';
import { CannotStart } from '../../src/process/cannot-start.ts';
import { createFirstAdministrator } from '../../src/setup/actions/first-administrator.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { rosterWith } from '../support/command-line.ts';
import { layEmptyDatabase } from '../support/template.ts';

let folder: string;
let opened: Installation[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-opening-'));
  opened = [];
});
afterEach(async () => {
  for (const { close } of opened) await close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (given: Record<string, string> = {}) => readSettings({ DATA_DIR: folder, ...given }, '');

async function freePort(): Promise<number> {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  return port;
}

/** Opens the data as a server does. */
async function open(given: Record<string, string> = {}): Promise<Installation> {
  const installation = await openForServer(settings(given));
  opened.push(installation);
  return installation;
}

/** Data with somebody in it, closed. */
async function made(): Promise<void> {
  layEmptyDatabase(folder);
  const { config, db, close } = await openForServer(settings());
  const act = programAct(actSettings(config), { name: 'setup', rights: EVERYTHING });
  await createFirstAdministrator(db, act, { name: 'alice', email: 'alice@example.com', passwordHash: 'x' });
  await close();
}

/** What a start says that must be refused; it changes nothing. */
async function refusal(given: Record<string, string> = {}): Promise<string> {
  const before = names();
  const error = await openForServer(settings(given)).then(
    () => undefined,
    (failure) => failure,
  );
  expect(error).toBeInstanceOf(CannotStart);
  expect(names()).toEqual(before);
  return error.message;
}

const names = () =>
  readdirSync(folder, { recursive: true })
    .filter((name) => !/-(wal|shm)$|server\.lock$|^closed$/.test(String(name)))
    .sort();
const secret = (name: string) => join(folder, 'secrets', name);

describe('one server for each folder', () => {
  it('is kept from a second one, until it ends, however it ends', async () => {
    layEmptyDatabase(folder);
    const first = await startServer({ DATA_DIR: folder });
    expect(await refusal()).toMatch(/^another Roster runs on DATA_DIR /);
    first.child.kill('SIGKILL');
    await first.exited;
    await (await open()).close();
    await open();
  });

  it('listens while it waits for its data, says that it is starting, and then serves', async () => {
    const holder = await lockServer({ dataDir: folder, databaseUrl: undefined });
    const port = await freePort();
    const { child } = serverProcess({ DATA_DIR: folder, PORT: String(port) });
    const ask = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' }).catch(() => undefined);
    const until = async (status: number) => {
      for (let n = 0; n < 200; n++) {
        const answer = await ask('/health');
        if (answer?.status === status) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`it never answered with ${status}`);
    };
    try {
      expect(await (await until(503)).json()).toEqual({ status: 'starting' });
      expect(await (await ask('/users'))?.text()).toBe('Roster is starting …');
      holder.release();
      expect((await until(200)).status).toBe(200);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('leaves the command line working beside it', async () => {
    await made();
    await open();
    expect((await rosterWith({ DATA_DIR: folder }, 'list-administrators')).output).toBe('alice\talice@example.com\n');
    expect((await rosterWith({ DATA_DIR: folder }, 'migrate')).code).toBe(2);
  });
});

describe('the secrets', () => {
  it('must be those that the data was made with, each of them', async () => {
    await made();
    for (const name of ['session-secret', 'password-pepper', 'link-secret', 'audit-secret']) {
      renameSync(secret(name), secret('aside'));
      expect(await refusal()).toContain(`${secret(name)} is missing`);
      writeFileSync(secret(name), 'another secret, and as long as it has to be');
      expect(await refusal()).toContain(`${secret(name)} is not the one this data was made with`);
      await expect(openForCommand(settings())).rejects.toThrow('is not the one this data was made with');
      renameSync(secret('aside'), secret(name));
    }
    expect(await refusal({ PASSWORD_PEPPER: 'a pepper that was made up and is long enough' })).toContain(
      'PASSWORD_PEPPER is not the one this data was made with',
    );
    await open();
  });

  it('must be there even for data from before they were noted', async () => {
    await made();
    const database = new BetterSqlite(join(folder, 'roster.sqlite'));
    database.exec('delete from secret_fingerprints');
    database.close();
    renameSync(secret('password-pepper'), secret('aside'));
    expect(await refusal()).toContain(`${secret('password-pepper')} is missing`);
  });

  it('are gone on without only when somebody says so, and that is audited', async () => {
    await made();
    rmSync(secret('session-secret'));
    const accepted = await rosterWith({ DATA_DIR: folder }, 'accept-secrets');
    expect(accepted).toEqual({ code: 0, output: expect.stringContaining('everybody has to sign in anew') });
    expect((await rosterWith({ DATA_DIR: folder }, 'accept-secrets')).code).toBe(2);
    expect((await rosterWith({ DATA_DIR: folder }, 'verify-audit')).code).toBe(0);
    await open();
  });

  it('without their database make no new Roster, whole or emptied', async () => {
    await made();
    const database = join(folder, 'roster.sqlite');
    renameSync(database, join(folder, 'aside'));
    expect(await refusal()).toContain(
      `${database} is missing, but ${join(folder, 'secrets')} holds the secrets of one`,
    );
    writeFileSync(database, '');
    expect(await refusal()).toContain('is missing, but');
  });
});

describe('a damaged database', () => {
  it('is told where something else has its name', async () => {
    mkdirSync(join(folder, 'roster.sqlite'));
    expect(await refusal()).toBe(`${join(folder, 'roster.sqlite')} cannot be opened (it is a folder)`);
  });

  it('is told with what to do, and not served', async () => {
    await made();
    const database = join(folder, 'roster.sqlite');
    const bytes = readFileSync(database);
    bytes.fill(0x5a, 4096 * 20, 4096 * 24);
    writeFileSync(database, bytes);
    mkdirSync(join(folder, 'backups'));
    writeFileSync(join(folder, 'backups', 'roster-2026-01-01.tar.gz'), '');
    const told = await refusal();
    expect(told).toMatch(/^\S+roster\.sqlite is no database, or it is damaged/);
    expect(told).toContain(`npm run roster -- restore ${join(folder, 'backups', 'roster-2026-01-01.tar.gz')}`);
  });

  it('is looked for beside whoever asks meanwhile', async () => {
    await made();
    let hadOthersTurn = false;
    setImmediate(() => {
      hadOthersTurn = true;
    });
    expect([await findDamageAside(join(folder, 'roster.sqlite')), hadOthersTurn]).toEqual([undefined, true]);
  });

  it('is told where a copy was cut short, though it was closed well where it came from', async () => {
    await made();
    const database = join(folder, 'roster.sqlite');
    expect(existsSync(join(folder, 'closed'))).toBe(true);
    copyFileSync(database, join(folder, 'copy'));
    truncateSync(join(folder, 'copy'), 4096 * 30);
    renameSync(join(folder, 'copy'), database);
    expect(await refusal()).toContain('is damaged');
  });
});

describe('the room for a start on a full disk', () => {
  const reserve = () => statSync(join(folder, 'reserve'), { throwIfNoEntry: false })?.size;

  it('is kept while the server runs and when it ended, and given up to open the data', async () => {
    await made();
    expect(reserve()).toBe(128 * 1024);
    // A file that goes, or comes, is told as renamed.
    const given = new Promise<void>((resolve) => {
      const watching = watch(folder, (event, name) => {
        if (event !== 'rename' || name !== 'reserve') return;
        watching.close();
        resolve();
      });
    });
    await open();
    await given;
    expect(reserve()).toBe(128 * 1024);
  });

  it('is kept where the start is refused', async () => {
    await made();
    writeFileSync(join(folder, 'secrets', 'password-pepper'), 'another one that is long enough for a pepper');
    await expect(open()).rejects.toThrow(CannotStart);
    expect(reserve()).toBe(128 * 1024);
  });

  it('is taken by no lock', async () => {
    const lock = await lockServer({ dataDir: folder, databaseUrl: undefined });
    expect(readdirSync(folder)).toEqual(['server.lock']);
    expect(statSync(join(folder, 'server.lock')).size).toBe(0);
    lock.release();
  });
});

describe('the command line', () => {
  it('opens what a server made, and makes nothing', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    for (const [command, ...words] of [
      ['unlock', 'alice'],
      ['list-administrators'],
      ['create-administrator', 'eve', 'eve@example.com'],
      ['verify-audit'],
      ['backup', join(folder, 'b')],
      ['migrate'],
      ['accept-secrets'],
    ]) {
      const { code, output } = await rosterWith({ DATA_DIR: empty }, command, ...words);
      expect({ command, code, output }).toEqual({
        command,
        code: 2,
        output: expect.stringMatching(/^roster: there is no Roster in \S+empty: .*DATA_DIR/),
      });
    }
    expect(readdirSync(empty)).toEqual([]);
    expect((await rosterWith({ DATA_DIR: join(folder, 'nowhere') }, 'unlock', 'alice')).code).toBe(2);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it('never migrates by the way', async () => {
    await made();
    const database = new BetterSqlite(join(folder, 'roster.sqlite'));
    database.exec('delete from migrations where name = (select max(name) from migrations)');
    database.close();
    const { code, output } = await rosterWith({ DATA_DIR: folder }, 'list-administrators');
    expect([code, output]).toEqual([2, expect.stringContaining('is of an older version')]);
  });

  it('makes links that lead where those of the server lead', async () => {
    await made();
    const { db } = await open();
    const lan = { baseUrl: 'http://roster.example.lan:3000', baseUrlGiven: true };
    await db.write((trx) =>
      keepServerSettings(trx, { ...lan, invitationHours: 72, resetMinutes: 60, sendsMail: false }),
    );
    const { output } = await rosterWith({ DATA_DIR: folder }, 'reset-password-link', 'alice');
    expect(output).toContain('\nhttp://roster.example.lan:3000/passwords/');
    expect(output).not.toContain('BASE_URL');
    const other = await rosterWith(
      { DATA_DIR: folder, BASE_URL: 'http://other.example' },
      'reset-password-link',
      'alice',
    );
    expect(other.output).toContain('\nhttp://roster.example.lan:3000/passwords/');
  });
});
