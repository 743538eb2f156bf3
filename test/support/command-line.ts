import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ofNode } from '../../faults/server-process.ts';
import { MAINTENANCE } from '../../src/command-line/commands/maintenance.ts';
import type { TestApp } from './app.ts';
import { runHere } from './command-here.ts';

const program = join(import.meta.dirname, '../../bin/roster.ts');

export interface CommandOutcome {
  code: number | null;
  output: string;
}

/** Runs a command of the command line with these settings and nothing else of the environment. Maintenance has a process for itself, as it does what holds for a whole one. */
export function rosterWith(settings: Record<string, string>, ...words: string[]): Promise<CommandOutcome> {
  return Object.hasOwn(MAINTENANCE, words[0]) ? rosterInto('pipe', settings, words) : runHere(settings, words);
}

/** The same beside a program that runs in the test: on its data and with its secrets. */
export function rosterBeside(
  app: RunningApp,
  words: string[],
  settings: Record<string, string> = {},
): Promise<CommandOutcome> {
  return rosterWith({ ...settingsBeside(app), ...settings }, ...words);
}

/** The same in a process of its own, where that is what a test is about: one is as dear as twenty commands here. */
export function rosterApart(
  app: RunningApp,
  words: string[],
  settings: Record<string, string> = {},
  written: 'pipe' | number = 'pipe',
): Promise<CommandOutcome> {
  return rosterInto(written, { ...settingsBeside(app), ...settings }, words);
}

/** In a process of its own, with what it writes going there; what it tells is heard all the same. */
export function rosterInto(
  written: 'pipe' | number,
  settings: Record<string, string>,
  words: string[],
): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: '/',
    env: { ...ofNode(), ...settings },
    stdio: ['pipe', written, 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

type RunningApp = Pick<TestApp, 'config' | 'folder' | 'url'>;

function settingsBeside({ config, folder, url }: RunningApp): Record<string, string> {
  const { session, pepper, link, audit } = config.secrets;
  const secrets = { SESSION_SECRET: session, PASSWORD_PEPPER: pepper, LINK_SECRET: link, AUDIT_SECRET: audit };
  const onServer: Record<string, string> = config.databaseUrl ? { DATABASE_URL: config.databaseUrl } : {};
  return { DATA_DIR: folder, BASE_URL: url, ...onServer, ...secrets };
}
