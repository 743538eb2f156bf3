import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '../../faults/client.ts';
import { type ServerProcess, startServer } from '../../faults/server-process.ts';
import { openDatabase } from '../../src/db/database.ts';
import { layEmptyDatabase } from '../support/template.ts';

const PASSWORD = 'seven brown kettles sing';
const ADMIN = { ADMIN_NAME: 'alice', ADMIN_EMAIL: 'alice@example.com', ADMIN_PASSWORD: PASSWORD };

let parent: string;
let folder: string;
let server: ServerProcess;
let client: Client;

beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'roster-taken-'));
  folder = join(parent, 'data');
  layEmptyDatabase(folder);
  server = await startServer({ DATA_DIR: folder, ...ADMIN });
  client = new Client(server.url);
  await client.signIn('alice', PASSWORD);
  expect((await create('bob')).status).toBe(303);
});
afterEach(() => {
  server.child.kill('SIGKILL');
  rmSync(parent, { recursive: true, force: true });
});

const file = (name: string) => join(folder, name);

function create(name: string): Promise<Response> {
  return client.post('/users', { name, email: `${name}@example.com`, access: 'copy' });
}

/** What can happen to the files, each by itself. */
const THEFTS: [what: string, take: () => void][] = [
  ['the database was deleted', () => rmSync(file('roster.sqlite'))],
  [
    'the database was replaced',
    () => {
      copyFileSync(file('roster.sqlite'), file('copy'));
      renameSync(file('copy'), file('roster.sqlite'));
    },
  ],
  ['the log was deleted', () => rmSync(file('roster.sqlite-wal'))],
  ['the folder was moved', () => renameSync(folder, join(parent, 'elsewhere'))],
];

describe('while the server runs', () => {
  it.each(THEFTS)('acknowledges nothing more when %s, says so, and ends', async (_what, take) => {
    take();
    const refused = await create('carol');
    expect(refused.status).toBe(503);
    expect((await client.get('/health')).status).toBe(503);
    expect((await server.exited).code).toBe(1);
    expect(server.output()).toMatch(/roster: \S+roster\.sqlite(-wal)? was deleted, moved or replaced while Roster ran/);
    // What is left of the log would be played into another database.
    expect(existsSync(file('roster.sqlite-wal'))).toBe(false);
  });

  it('notices it when nobody writes', async () => {
    rmSync(file('roster.sqlite'));
    expect((await server.exited).code).toBe(1);
    expect(server.output()).toContain('was deleted, moved or replaced');
  });

  it('keeps what it acknowledged where only the log was deleted', async () => {
    rmSync(file('roster.sqlite-wal'));
    await server.exited;
    const db = openDatabase(folder);
    expect(await db.writer('users').orderBy('id').pluck('name')).toEqual(['alice', 'bob']);
    await db.close();
  });

  it('minds no other program that opens the database and closes it', async () => {
    for (let n = 0; n < 3; n++) {
      const other = openDatabase(folder);
      await other.write((trx) => trx('heartbeat').insert({ only: 1, at: '' }).onConflict('only').merge());
      await other.close();
    }
    // Long enough that it looked at its files at least once more.
    await sleep(1_000);
    expect((await create('carol')).status).toBe(303);
    expect(server.child.exitCode).toBeNull();
  });
});
