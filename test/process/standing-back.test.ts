import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import { standBack } from '../../src/process/standing-back.ts';

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;

describe('a process that stands back', () => {
  let child: ChildProcess;
  afterEach(() => {
    child.kill('SIGKILL');
  });

  const start = () => {
    child = spawn(process.execPath, ['-e', 'console.log("here"); setInterval(() => {}, 1000)'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return child;
  };
  // Whatever these tests themselves have, nobody is moved forward.
  const expected = (priority: number) => Math.max(priority, getPriority());

  it('does so with all its threads', async () => {
    standBack(start(), 'is waited for');
    await once(child.stdout!, 'data');
    expect(getPriority(child.pid)).toBe(expected(PRIORITY_BELOW_NORMAL));
    if (process.platform !== 'linux') return;
    const threads = prioritiesOfThreads(child.pid!);
    expect(threads.length).toBeGreaterThan(1);
    expect(new Set(threads)).toEqual(new Set([expected(PRIORITY_BELOW_NORMAL)]));
  });

  it('does so further where nobody waits for it', () => {
    standBack(start(), 'can wait');
    expect(getPriority(child.pid)).toBe(expected(PRIORITY_LOW));
  });

  it('may be gone already, or may never have been there', async () => {
    start().kill('SIGKILL');
    await once(child, 'exit');
    expect(() => standBack(child, 'can wait')).not.toThrow();
    expect(() => standBack({ pid: undefined }, 'can wait')).not.toThrow();
  });
});

/** By what the kernel says of each. */
function prioritiesOfThreads(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const line = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    // The name before it may hold anything; the priority is the seventeenth behind it.
    return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[16]);
  });
}
