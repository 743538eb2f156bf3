import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isGone, listening } from '../../faults/server-process.ts';
import { layEmptyDatabase } from '../support/template.ts';

const root = join(import.meta.dirname, '../..');

let folder: string;
let started: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-orphan-'));
  layEmptyDatabase(join(folder, 'data'));
});
afterEach(() => {
  started?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(program: string, args: string[], environment: Record<string, string> = {}) {
  const settings = { DATA_DIR: join(folder, 'data'), PORT: '0', LOG_LEVEL: 'silent', NODE_ENV: 'production' };
  started = spawn(program, args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: folder, ...settings, ...environment },
  });
  return listening(started);
}

describe('the server', () => {
  it.each(['src/server.ts', 'bin/demo.ts'])('of %s ends when what started it is killed', async (program) => {
    const server = await start(process.execPath, ['bin/boot.mjs', program]);
    server.child.kill('SIGKILL');
    expect(await isGone(server.url)).toBe(true);
  });

  it.each(['SIGHUP', 'SIGQUIT'] as const)('stops in order on %s', async (signal) => {
    const server = await start(process.execPath, ['bin/boot.mjs', 'src/server.ts']);
    server.child.kill(signal);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('ends when npm is killed', async () => {
    const server = await start('npm', ['start']);
    server.child.kill('SIGKILL');
    expect(await isGone(server.url)).toBe(true);
  });

  it('ends when npm is killed and left the shell of its script behind', async () => {
    const shell = join(folder, 'sh');
    // Some shells make way for the last program that they start; this one stays.
    writeFileSync(shell, '#!/bin/sh\n/bin/sh "$@"\nexit $?\n', { mode: 0o755 });
    const server = await start('npm', ['start'], { npm_config_script_shell: shell });
    server.child.kill('SIGKILL');
    expect(await isGone(server.url)).toBe(true);
  });

  it('outlives whoever started it with plain Node', async () => {
    const server = await start('/bin/sh', [
      '-c',
      `"${process.execPath}" src/server.ts & echo $! > "${folder}/pid"; wait`,
    ]);
    server.child.kill('SIGKILL');
    expect(await isGone(server.url, 1_000)).toBe(false);
    spawn('/bin/sh', ['-c', `kill $(cat "${folder}/pid")`]);
    expect(await isGone(server.url)).toBe(true);
  });
});

it('says in words where a demonstration has no room for itself', () => {
  const env = { PATH: process.env.PATH, TMPDIR: '/nowhere' };
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/demo.ts')], { env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, 'roster: /nowhere cannot be written (nothing can be made there)\n']);
});
