import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileCache, MEMORY, NODE_OPTIONS } from '../bin/boot/node-options.mjs';
import type { Figures, Job } from './load.ts';
import type { Usage } from './probe.ts';

/** A large file that was not closed in order is looked through first, at the pace of the disk. */
const START_PATIENCE = 180_000;

/** A measured server in a process of its own. */
export interface Measured {
  url: string;
  /** Milliseconds from the start of the process to the end of its first answer. */
  startedIn: number;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** The program itself, with the settings that it has by default, logging included. */
export function startApp(folder: string, databaseUrl?: string, more: Record<string, string> = {}): Promise<Measured> {
  const settings: Record<string, string> = { ...more, ...(databaseUrl && { DATABASE_URL: databaseUrl }) };
  return start('../src/server.ts', settings, folder, '/session/new');
}

export function startFloor(folder: string): Promise<Measured> {
  return start('floor.ts', {}, folder, '/');
}

export function startCheckFloor(folder: string): Promise<Measured> {
  return start('check-floor.ts', {}, folder, '/');
}

async function start(
  file: string,
  settings: Record<string, string>,
  folder: string,
  firstPage: string,
): Promise<Measured> {
  const port = await freePort();
  const log = openSync(join(folder, `${file.replace(/\W+/g, '-')}.log`), 'w');
  const probe = join(import.meta.dirname, 'probe.ts');
  const began = performance.now();
  const child = spawn(process.execPath, [...NODE_OPTIONS, '--import', probe, join(import.meta.dirname, file)], {
    // Elsewhere, so that no .env is found; and with nothing of the environment but this.
    cwd: folder,
    env: {
      ...MEMORY,
      ...settings,
      NODE_ENV: 'production',
      DATA_DIR: folder,
      PORT: String(port),
      NODE_COMPILE_CACHE: compileCache(join(import.meta.dirname, '..')),
    },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  await firstAnswer(child, url + firstPage);
  return {
    url,
    startedIn: performance.now() - began,
    usage: () => ask<Usage>(child, 'usage'),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** The process that makes the requests. */
export class Load {
  private readonly child: ChildProcess;

  constructor() {
    this.child = spawn(process.execPath, [join(import.meta.dirname, 'load.ts')], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  run(job: Job): Promise<Figures> {
    return ask<Figures>(this.child, job);
  }

  stop(): void {
    this.child.kill();
  }
}

async function ask<T>(child: ChildProcess, question: Job | string): Promise<T> {
  const over = new AbortController();
  const answer = once(child, 'message', over);
  const end = once(child, 'exit', over).then(() => {
    throw new Error('a process of the benchmark ended; see the logs beside the data');
  });
  child.send(question);
  try {
    return (await Promise.race([answer, end]))[0] as T;
  } finally {
    over.abort();
    await Promise.allSettled([answer, end]);
  }
}

async function firstAnswer(child: ChildProcess, url: string): Promise<void> {
  const patience = performance.now() + START_PATIENCE;
  for (;;) {
    if (child.exitCode !== null || performance.now() > patience)
      throw new Error(`${url} does not answer; see the log beside the data`);
    try {
      const answer = await fetch(url);
      await answer.text();
      // Until its data is open a server answers that it is starting.
      if (answer.ok) return;
    } catch {}
    await sleep(5);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
