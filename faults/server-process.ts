import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const READY = /listens on (http\S+)/;

/** The real program in a process of its own. */
export interface ServerProcess {
  child: ChildProcess;
  url: string;
  /** Milliseconds from the start to the first answer that the port can give. */
  readyAfter: number;
  /** All that it printed so far. */
  output(): string;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** What stands around the program. */
export interface Surroundings {
  /** A command with its arguments, to which that of the program is given. */
  under?: string[];
  /** A module that is loaded before the program, and can be told something through a channel. */
  preloaded?: string;
}

/** Starts the server with these settings and nothing else of the environment, and does not wait for it. */
export function serverProcess(
  settings: Record<string, string>,
  { under = [], preloaded }: Surroundings = {},
): Pick<ServerProcess, 'child' | 'exited'> {
  const options = preloaded ? ['--import', join(import.meta.dirname, preloaded)] : [];
  const [command, ...words] = [...under, process.execPath, ...options, join(root, 'src/server.ts')];
  const child = spawn(command, words, {
    cwd: settings.DATA_DIR,
    env: { ...ofNode(), PORT: '0', LOG_LEVEL: 'silent', NODE_ENV: 'production', ...settings },
    stdio: preloaded ? ['pipe', 'pipe', 'pipe', 'ipc'] : 'pipe',
  });
  return { child, exited: endOf(child) };
}

/** What is for Node and not for the program: where programs lie, and what is compiled already. */
export function ofNode(): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) };
}

/** The same, and waits until it listens. Rejects where it ends before. */
export function startServer(settings: Record<string, string>, surroundings?: Surroundings): Promise<ServerProcess> {
  return listening(serverProcess(settings, surroundings).child);
}

/** What was started just now, once it listens. Rejects with what it printed where it ends before. */
export async function listening(child: ChildProcess): Promise<ServerProcess> {
  const start = performance.now();
  let output = '';
  const exited = endOf(child);
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk;
      const ready = READY.exec(output);
      if (ready) resolve(ready[1]);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('exit', (code) => reject(Object.assign(new Error(output), { code })));
  });
  return { child, url, readyAfter: performance.now() - start, output: () => output, exited };
}

function endOf(child: ChildProcess): ServerProcess['exited'] {
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
}

/** Whether the port is free again before this many milliseconds are over. */
export async function isGone(url: string, within = 10_000): Promise<boolean> {
  for (const start = performance.now(); performance.now() - start < within; await setTimeout(100))
    if (
      await fetch(url, { redirect: 'manual' }).then(
        () => false,
        () => true,
      )
    )
      return true;
  return false;
}
