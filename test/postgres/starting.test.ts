import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type ServerProcess, startServer } from '../../faults/server-process.ts';
import { rosterWith } from '../support/command-line.ts';
import { dropDatabase, makeDatabase } from '../support/postgres.ts';

let url: string;
let folder: string;
let running: ServerProcess[];

beforeEach(async () => {
  url = await makeDatabase('template0');
  folder = mkdtempSync(join(tmpdir(), 'roster-several-'));
  running = [];
});
afterEach(async () => {
  for (const { child, exited } of running) {
    child.kill('SIGKILL');
    await exited;
  }
  await dropDatabase(url);
  rmSync(folder, { recursive: true, force: true });
});

const ADMINISTRATOR = {
  ADMIN_NAME: 'alice',
  ADMIN_EMAIL: 'alice@example.com',
  ADMIN_PASSWORD: 'four quiet grey herons',
};

async function start(dataDir = folder, more: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startServer({ DATA_DIR: dataDir, DATABASE_URL: url, ...ADMINISTRATOR, ...more });
  running.push(server);
  return server;
}
const refusal = (dataDir?: string, more?: Record<string, string>): Promise<string> =>
  start(dataDir, more).then(
    () => 'it started',
    (error) => error.message,
  );
const health = async ({ url: address }: ServerProcess) => (await fetch(`${address}/health`)).status;

it('is begun by several at the same moment, which share all there is, and refused to whoever has other secrets', async () => {
  const both = await Promise.all([start(), start()]);
  for (const server of both) expect(await health(server)).toBe(200);
  expect(readdirSync(join(folder, 'secrets')).length).toBe(4);
  both[0].child.kill('SIGKILL');
  await both[0].exited;
  expect(await health(both[1])).toBe(200);
  const beside = { DATA_DIR: folder, DATABASE_URL: url };
  expect(await rosterWith(beside, 'migrate')).toMatchObject({ code: 0, output: 'The data is up to date.\n' });
  expect((await rosterWith(beside, 'accept-secrets')).output).toContain('another Roster serves the database');

  // Whoever has other secrets is refused, and told which.
  const [empty, wrong, given] = ['empty', 'wrong', 'given'].map((name) => mkdtempSync(join(folder, `${name}-`)));
  const missing = await refusal(empty);
  for (const name of ['session-secret', 'password-pepper', 'link-secret', 'audit-secret'])
    expect(missing).toContain(`${join(empty, 'secrets', name)} is missing`);
  expect(readdirSync(empty)).toEqual(expect.not.arrayContaining(['secrets']));

  cpSync(join(folder, 'secrets'), join(wrong, 'secrets'), { recursive: true });
  writeFileSync(join(wrong, 'secrets', 'link-secret'), 'another one that is long enough for a link secret');
  const mistaken = await refusal(wrong);
  expect(mistaken).toContain(`${join(wrong, 'secrets', 'link-secret')} is not the one this data was made with`);
  expect(mistaken).not.toContain('session-secret');

  const files = Object.fromEntries(
    ['SESSION_SECRET', 'PASSWORD_PEPPER', 'LINK_SECRET', 'AUDIT_SECRET'].map((name) => [
      `${name}_FILE`,
      join(folder, 'secrets', name.toLowerCase().replace('_', '-')),
    ]),
  );
  expect(await health(await start(given, files))).toBe(200);
  expect(readdirSync(given)).not.toContain('secrets');
});
