import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ofNode } from '../../faults/server-process.ts';
import type { CommandOutcome } from './command-line.ts';

const program = pathToFileURL(join(import.meta.dirname, '../../bin/roster.ts')).href;
const STREAMS = ['stdout', 'stderr'] as const;

/** What a program throws here in the place of its end. */
class Ended {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

let runs = 0;
/** What is of the whole process is lent to one command at a time. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the program of the command line in this process, which has loaded almost all of it: under an address of its own each time, since it acts
 * when it is loaded. It sees the words, the settings and the folder that a process of its own would see.
 */
export function runHere(settings: Record<string, string>, words: string[]): Promise<CommandOutcome> {
  const outcome = Promise.race([last, tooLong()]).then(() => run(settings, words));
  last = outcome.catch(() => undefined);
  return outcome;
}

/** So long a command waits for the one before, in milliseconds: one that hangs fails the tests after it soon, and not each when its own time is over. */
const PATIENCE = 60_000;

async function tooLong(): Promise<never> {
  await sleep(PATIENCE, undefined, { ref: false });
  throw new Error('the command before has not come to its end');
}

async function run(settings: Record<string, string>, words: string[]): Promise<CommandOutcome> {
  const { argv, env, exit, exitCode } = process;
  const folder = process.cwd();
  const mask = process.umask();
  const priority = getPriority();
  const heard = STREAMS.map((name) => process[name].listeners('error'));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => [name, process.listeners(name as 'SIGINT')] as const);
  let output = '';
  const written = STREAMS.map((name) => process[name].write);
  const write = (chunk: string | Uint8Array, ...more: unknown[]) => {
    output += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = more.at(-1);
    if (typeof done === 'function') queueMicrotask(() => done());
    return true;
  };
  try {
    for (const name of STREAMS) process[name].write = write as typeof process.stdout.write;
    process.argv = [argv[0], program, ...words];
    process.env = { ...ofNode(), ...settings };
    process.exit = (code) => {
      throw new Ended(Number(code ?? process.exitCode ?? 0));
    };
    process.exitCode = undefined;
    process.chdir('/');
    return { code: await codeOf(import(`${program}?${runs++}`)), output };
  } finally {
    for (const [index, name] of STREAMS.entries()) {
      process[name].write = written[index];
      process[name].removeAllListeners('error');
      for (const one of heard[index]) process[name].on('error', one as () => void);
    }
    for (const [name, before] of signals)
      for (const one of process.listeners(name as 'SIGINT')) if (!before.includes(one)) process.off(name, one);
    Object.assign(process, { argv, env, exit });
    process.exitCode = exitCode;
    process.chdir(folder);
    process.umask(mask);
    try {
      setPriority(priority);
    } catch {
      // Who may not move it forward again has slower tests.
    }
  }
}

async function codeOf(loaded: Promise<unknown>): Promise<number> {
  try {
    await loaded;
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof Ended) return error.code;
    throw error;
  }
}
