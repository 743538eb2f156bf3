import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ofNode } from '../../faults/server-process.ts';
import type { TestApp } from './app.ts';

const program = join(import.meta.dirname, '../../bin/roster.ts');

export interface CommandOutcome {
  code: number | null;
  output: string;
}

/** Runs a command of the command line in a process of its own, with these settings and nothing else of the environment. */
export function rosterWith(settings: Record<string, string>, ...words: string[]): Promise<CommandOutcome> {
  return rosterInto('pipe', settings, words);
}

/** The same with what it writes going there instead; what it tells is heard all the same. */
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

/** The same beside a program that runs in the test: on its data and with its secrets. */
export function rosterBeside(
  { config, folder, url }: Pick<TestApp, 'config' | 'folder' | 'url'>,
  words: string[],
  settings: Record<string, string> = {},
  written: 'pipe' | number = 'pipe',
): Promise<CommandOutcome> {
  const { session, pepper, link, audit } = config.secrets;
  const secrets = { SESSION_SECRET: session, PASSWORD_PEPPER: pepper, LINK_SECRET: link, AUDIT_SECRET: audit };
  const onServer: Record<string, string> = config.databaseUrl ? { DATABASE_URL: config.databaseUrl } : {};
  return rosterInto(written, { DATA_DIR: folder, BASE_URL: url, ...onServer, ...secrets, ...settings }, words);
}
