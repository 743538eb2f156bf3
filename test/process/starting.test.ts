import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '../../faults/client.ts';
import { isGone, type ServerProcess, type Surroundings, startServer } from '../../faults/server-process.ts';
import { layEmptyDatabase } from '../support/template.ts';

const ADMIN = { ADMIN_NAME: 'alice', ADMIN_EMAIL: 'alice@example.com', ADMIN_PASSWORD: 'seven brown kettles sing' };

let folder: string;
let running: ServerProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-start-'));
  layEmptyDatabase(folder);
  running = [];
});
afterEach(() => {
  for (const { child } of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function start(settings: Record<string, string> = {}, surroundings?: Surroundings): Promise<ServerProcess> {
  const server = await startServer({ DATA_DIR: folder, ...settings }, surroundings);
  running.push(server);
  return server;
}

/** The lines that a start which must fail prints; it has to end with exit code 1. */
async function refusal(settings: Record<string, string>, surroundings?: Surroundings): Promise<string[]> {
  const failure = await start(settings, surroundings).then(
    () => undefined,
    (error) => error,
  );
  expect(failure).toMatchObject({ code: 1 });
  return failure.message.trim().split('\n');
}

/** It is printed right after the address. */
async function printedSetupLink(server: ServerProcess): Promise<string> {
  for (let n = 0; n < 100; n++) {
    const link = /(http\S+\/setup\/\S+)/.exec(server.output())?.[1];
    if (link) return link;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no setup link in: ${server.output()}`);
}

describe('starting', () => {
  it('prints the address and a one-time setup link that opens, until there is an administrator', async () => {
    // With nothing there at all, as at the very first start.
    rmSync(join(folder, 'roster.sqlite'));
    const server = await start();
    const link = await printedSetupLink(server);
    const client = new Client(server.url);
    expect((await client.get('/setup/not-the-token-not-the-token-xx')).status).toBe(410);
    expect((await client.get('/setup')).status).toBe(410);
    const opened = await client.get(link.slice(server.url.length));
    expect(opened.headers.get('location')).toBe('/setup');
    expect((await client.get('/setup')).status).toBe(200);
  });

  it('makes the first administrator from the settings, once, and needs no setup page then (R14)', async () => {
    for (let n = 0; n < 2; n++) {
      const server = await start(ADMIN);
      expect(server.output()).not.toContain('/setup/');
      const client = new Client(server.url);
      await client.signIn('alice', ADMIN.ADMIN_PASSWORD);
      expect(await (await client.get('/users')).text()).toContain('1 user<');
      expect((await client.get('/setup')).status).toBe(404);
      server.child.kill('SIGTERM');
      expect(await server.exited).toEqual({ code: 0, signal: null });
    }
  });

  it('keeps secrets and database for this user alone', async () => {
    await start();
    for (const name of ['session-secret', 'password-pepper', 'link-secret', 'audit-secret'])
      expect(statSync(join(folder, 'secrets', name)).mode & 0o777).toBe(0o600);
  });

  it('says in one line each what is wrong with the settings', async () => {
    const lines = await refusal({
      PORT: 'eighty',
      SESSION_IDLE: '-1',
      BASE_URL: 'https://roster.example',
      LOG_LEVEL: 'loud',
    });
    expect(lines).toEqual([
      'roster: PORT must be a whole number from 0 to 65535',
      'roster: SESSION_IDLE must be a whole number from 1 to 43200',
      expect.stringMatching(/^roster: LOG_LEVEL must be one of /),
      expect.stringMatching(/^roster: TRUST_PROXY must be given/),
    ]);
  });

  it('says in one line that the administrator’s password will not do', async () => {
    expect(await refusal({ ...ADMIN, ADMIN_PASSWORD: 'short' })).toEqual([
      expect.stringMatching(/^roster: ADMIN_PASSWORD will not do\. Too short/),
    ]);
    expect(await refusal({ ...ADMIN, ADMIN_NAME: 'a@b' })).toEqual([
      expect.stringMatching(/^roster: ADMIN_NAME.*no @/),
    ]);
  });

  it('says in one line that the port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    expect(await refusal({ PORT: String(port) })).toEqual([
      `roster: the port is taken by another program: give another one with PORT`,
    ]);
    taken.close();
  });

  it('says in one line that the folder cannot be written', async () => {
    const dataDir = join(folder, 'a-file', 'data');
    writeFileSync(join(folder, 'a-file'), '');
    expect(await refusal({}, { under: ['env', `DATA_DIR=${dataDir}`] })).toEqual([
      `roster: DATA_DIR cannot be written: ${dataDir} (a part of the path is a file)`,
    ]);
  });

  it('says in one line that the database is none', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(
      join(folder, 'data', 'roster.sqlite'),
      'this is no database, but long enough to be looked at as one'.repeat(40),
    );
    const lines = await refusal({ DATA_DIR: join(folder, 'data') });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/database/);
  });
});

/** A sign-in that the server has in hand, and that waits for its body; with what becomes of it. */
async function beginSignIn(client: Client): Promise<{ form: ClientRequest; outcome: Promise<unknown> }> {
  await client.open('/session/new');
  const form = request(`${client.url}/session`, {
    method: 'POST',
    headers: {
      Cookie: client.cookie,
      'Content-Type': 'application/x-www-form-urlencoded',
      Expect: '100-continue',
    },
  });
  const outcome = new Promise((resolve) => form.on('response', resolve).on('error', resolve));
  form.flushHeaders();
  await once(form, 'continue');
  return { form, outcome };
}

describe('stopping', () => {
  it.each([
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('finishes what is in flight on %s, though %s follows at once, and ends with 0', async (first, second) => {
    const server = await start(ADMIN);
    const client = new Client(server.url);
    const { form, outcome } = await beginSignIn(client);
    // Ctrl-C through npm arrives twice. Two of one kind would be one, until the first is heard.
    server.child.kill(first);
    server.child.kill(second);
    expect(await isGone(server.url)).toBe(true);
    const fields = { _csrf: client.token, identifier: 'alice', password: ADMIN.ADMIN_PASSWORD };
    form.end(String(new URLSearchParams(fields)));
    expect(await outcome).toMatchObject({ statusCode: 303, headers: { location: '/' } });
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('ends at once on a second signal after a second', async () => {
    const server = await start(ADMIN);
    // Its body never comes, and keeps the server from stopping in order.
    const { outcome } = await beginSignIn(new Client(server.url));
    const signals = setInterval(() => server.child.kill('SIGTERM'), 200);
    expect(await server.exited).toEqual({ code: 1, signal: null });
    clearInterval(signals);
    expect(await outcome).toMatchObject({ code: 'ECONNRESET' });
  });
});
