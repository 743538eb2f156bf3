import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { listening, type ServerProcess } from '../../faults/server-process.ts';
import { LANDED, openLanded } from '../migrations/landed.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { Session } from '../support/session.ts';

const root = join(import.meta.dirname, '../..');
const PASSWORD = 'a lamp in the old harbour';

let folder: string;
let executable: string;
let server: ServerProcess | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-Häus chen-'));
  executable = join(folder, 'dist/roster');
  const made = spawnSync(process.execPath, [join(root, 'bin/package.ts'), join(folder, 'dist')], { encoding: 'utf8' });
  expect(`${made.stdout}${made.stderr}`).toContain('Try:');
});
afterEach(() => {
  server?.child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing of the shell that runs the tests: no PATH, so no Node and no npm. */
function environment(more: Record<string, string> = {}) {
  return { HOME: join(folder, 'home'), PATH: '', PORT: '0', LOG_LEVEL: 'silent', ...more };
}

function start(command: string, more?: Record<string, string>): Promise<ServerProcess> {
  const place = join(folder, 'bare');
  mkdirSync(place, { recursive: true });
  return listening(spawn(executable, [command], { cwd: place, env: environment(more) }));
}

function run(...args: string[]) {
  return spawnSync(executable, args, { cwd: join(folder, 'bare'), env: environment(), encoding: 'utf8' });
}

/** Printed just after the address. */
async function setupLink({ output }: ServerProcess): Promise<string> {
  for (;;) {
    const link = /\/setup\/\S+/.exec(output());
    if (link) return link[0];
    await setTimeout(20);
  }
}

describe('the executable', () => {
  it('serves the first minutes from a bare folder, with no Node to be found', async () => {
    server = await start('serve');
    const browser = new Session(server);
    await browser.get(await setupLink(server));
    const ada = { name: 'ada', email: 'ada@example.org', password: PASSWORD, repeated: PASSWORD };
    expect((await submit(browser, '/setup', ada)).status).toBe(303);
    browser.isIn();
    const list = await browser.get('/users');
    const { $, textOf } = pageOf(list);
    expect(textOf('tbody')).toContain('ada');
    const links = $('link[rel=stylesheet], script[src], use')
      .toArray()
      .map((element) => $(element).attr('href') ?? $(element).attr('src')!);
    const assets = new Set(links.map((link) => link.replace(/#.*/, '')));
    expect(assets.size).toBeGreaterThan(3);
    for (const asset of assets) expect((await browser.get(asset)).status).toBe(200);
    const created = await submit(browser, '/users/new', { name: 'berta', email: 'berta@example.org' });
    expect(created.status).toBe(303);
    expect(pageOf(await browser.get(created.headers.location)).heading()).toContain('berta');
    server.child.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(readdirSync(join(folder, 'bare'))).toEqual(['data']);
  });

  it('is the command line on the same data, and backs up', () => {
    expect(run('list-administrators').stdout).toContain('ada');
    const backup = join(folder, 'backup.tar.gz');
    expect(run('backup', backup).status).toBe(0);
    expect(existsSync(backup)).toBe(true);
    expect(run('--help').stdout).toMatch(/^Usage: roster <command>[\s\S]*\n {2}serve /);
    expect(run('--version').stdout.trim()).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
  });

  it('upgrades older data, backed up before by itself as the child process', async () => {
    const data = join(folder, 'older');
    mkdirSync(data);
    await (await openLanded(LANDED.at(-1)!, data)).close();
    const secret = 'of this test, and long enough for one';
    const secrets = { SESSION_SECRET: secret, PASSWORD_PEPPER: secret, LINK_SECRET: secret, AUDIT_SECRET: secret };
    server = await start('serve', { DATA_DIR: data, ...secrets });
    expect(readdirSync(join(data, 'backups'))).toEqual([expect.stringMatching(/^before-.*\.tar\.gz$/)]);
  });

  it('looks through data that was not closed in order, by a thread of its own', async () => {
    const data = join(folder, 'killed');
    server = await start('serve', { DATA_DIR: data });
    server.child.kill('SIGKILL');
    await server.exited;
    server = await start('serve', { DATA_DIR: data });
    server.child.kill('SIGTERM');
    await server.exited;
    const file = join(data, 'roster.sqlite');
    const whole = readFileSync(file);
    writeFileSync(file, whole.fill(0x5a, whole.length / 2));
    const refused = spawnSync(executable, ['serve'], { env: environment({ DATA_DIR: data }), encoding: 'utf8' });
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/is no database, or it is damaged/)]);
    const [cache] = readdirSync(join(folder, 'home/.cache/roster'));
    const parts = readdirSync(join(folder, 'home/.cache/roster', cache, 'program'));
    expect(parts).toEqual(expect.arrayContaining(['looking-for-damage.mjs', 'moving-log.mjs']));
  });

  it('is the demo', async () => {
    server = await start('demo');
    expect((await fetch(`${server.url}/session/new`)).status).toBe(200);
  });

  it('runs nothing that somebody altered in its cache', async () => {
    const cache = join(folder, 'home/.cache/roster');
    const [name] = readdirSync(cache);
    writeFileSync(join(cache, name, 'program/program.mjs'), 'console.log("altered");');
    expect(run('--version').stdout).not.toContain('altered');
    expect(readdirSync(cache)).toEqual([name]);
  });
});
