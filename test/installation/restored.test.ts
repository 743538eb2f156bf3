import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '../../faults/client.ts';
import { type ServerProcess, startServer } from '../../faults/server-process.ts';
import { readSettings } from '../../src/config.ts';
import { openDatabase } from '../../src/db/database.ts';
import { backUp } from '../../src/installation/backups/backup.ts';
import { restore } from '../../src/installation/backups/restore.ts';
import { openForServer } from '../../src/installation/open-installation.ts';
import { layEmptyDatabase } from '../support/template.ts';

const PASSWORD = 'seven brown kettles sing';
const ADMIN = { ADMIN_NAME: 'alice', ADMIN_EMAIL: 'alice@example.com', ADMIN_PASSWORD: PASSWORD };

let folder: string;
let dataDir: string;
let server: ServerProcess;
let alice: Client;

const settings = () => readSettings({ DATA_DIR: dataDir }, '');
const file = () => join(folder, 'backup.tar.gz');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-restored-'));
  dataDir = join(folder, 'data');
  layEmptyDatabase(dataDir);
  alice = new Client('');
  await start();
  await alice.signIn('alice', PASSWORD);
});
afterEach(() => {
  server.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  server = await startServer({ DATA_DIR: dataDir, ...ADMIN });
  alice.url = server.url;
}

/** To the backup, with everybody still signed in, as pages of before are still open. */
async function goBack(): Promise<void> {
  server.child.kill('SIGTERM');
  await server.exited;
  await restore(settings(), file(), true);
  await start();
}

/** Where the answer leads: the number in it. */
const numberIn = (answer: Response) => Number(/\/(\d+)/.exec(answer.headers.get('location') ?? '')?.[1]);
const make = async (name: string) =>
  numberIn(await alice.post('/users', { name, email: `${name}@example.com`, access: 'later' }));
const draft = async (...ids: number[]) =>
  numberIn(await alice.post('/bulk-operations', { action: 'deactivate', ids: ids.join() }));

async function activityOf(name: string): Promise<string> {
  const db = openDatabase(dataDir);
  const user = await db.read('users').where({ name }).first('activity');
  await db.close();
  return user.activity;
}

describe('what was open in a browser while a backup was restored', () => {
  it('means nothing that was made since: no sheet, no tick and no report comes by the number of another', async () => {
    const bob = await make('bob');
    await backUp(settings(), file(), true);
    const [carol, sheet] = [await make('carol'), await draft(bob)];
    await goBack();
    await alice.open('/users');
    const [dave, other] = [await make('dave'), await draft(bob)];
    expect(dave).toBeGreaterThan(carol);
    expect(other).toBeGreaterThan(sheet);
    // The sheet is sent, the tick acted on, the report taken back.
    expect((await alice.post(`/bulk-operations/${sheet}/execution`, {})).status).toBe(404);
    expect((await alice.post(`/bulk-operations/${sheet}/undo`, {})).status).toBe(404);
    expect((await alice.get(`/users/${carol}`)).status).toBe(404);
    expect(await activityOf('bob')).toBe('active');
    expect((await alice.post(`/bulk-operations/${other}/execution`, {})).status).toBe(303);
    expect(await activityOf('bob')).toBe('deactivated');
  });

  it('leaves a draft that the backup knows as it was then, and the audit without a gap', async () => {
    const bob = await make('bob');
    const sheet = await draft(bob);
    await backUp(settings(), file(), true);
    expect((await alice.post(`/bulk-operations/${sheet}/execution`, {})).status).toBe(303);
    await make('carol');
    await goBack();
    expect(await activityOf('bob')).toBe('active');
    await alice.open(`/bulk-operations/${sheet}`);
    expect((await alice.post(`/bulk-operations/${sheet}/execution`, {})).status).toBe(303);
    expect(await activityOf('bob')).toBe('deactivated');
    const db = openDatabase(dataDir);
    const [{ last, events }] = await db.read('audit_events').max('id as last').count('* as events');
    await db.close();
    expect(last).toBe(events);
  });
});

it('lets the mail of this week pass, which may have been sent since the backup', async () => {
  server.child.kill('SIGTERM');
  await server.exited;
  const { db, close } = await openForServer(settings());
  const { id } = await db.read('users').first('id');
  await db.write((trx) => trx('weekly_mails').insert({ user_id: id, sent_for: '2026-01-05' }));
  await backUp(settings(), file(), true);
  await close();
  await restore(settings(), file(), false);
  const restored = openDatabase(dataDir);
  const { sent_for } = await restored.read('weekly_mails').first('sent_for');
  await restored.close();
  expect(Date.now() - Date.parse(sent_for)).toBeLessThan(8 * 24 * 3_600_000);
  expect(new Date(sent_for).getUTCDay()).toBe(1);
});
