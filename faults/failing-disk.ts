import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotRun } from './fault.ts';

/** What SQLite asks of the system, by what it does to the data. */
export const CALLS = { writing: 'pwrite64', syncing: 'fsync,fdatasync', reading: 'pread64' } as const;

const ATTACHED = /attached/;

/** One call of the program, or all from it on. */
export interface Failure {
  calls: string;
  nth: number;
  isLasting: boolean;
}

/** Makes the calls of a running process on these files fail with EIO. */
export class FailingDisk {
  private readonly strace: ChildProcess;
  private readonly notes: string;
  private readonly ended: Promise<unknown>;

  private constructor(strace: ChildProcess, notes: string) {
    this.strace = strace;
    this.notes = notes;
    this.ended = new Promise((resolve) => strace.on('close', resolve));
  }

  /** Throws CannotRun where there is no strace, or where it may not look at the process. */
  static async attach(
    pid: number,
    files: string[],
    notes: string,
    { calls, nth, isLasting }: Failure,
  ): Promise<FailingDisk> {
    rmSync(notes, { force: true });
    const when = isLasting ? `${nth}+` : nth;
    const words = [
      '-f',
      '-p',
      String(pid),
      '-o',
      notes,
      '-e',
      `trace=${calls}`,
      '-e',
      `inject=${calls}:error=EIO:when=${when}`,
    ];
    const strace = spawn('strace', [...words, ...files.flatMap((file) => ['-P', file])], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const give = (reason: string) => reject(new CannotRun(`strace cannot make calls fail: ${reason}`));
      strace.on('error', (error) => give(error.message));
      strace.on('exit', () => give(said.trim()));
      strace.stderr.on('data', (chunk) => {
        said += chunk;
        if (ATTACHED.test(said)) resolve();
      });
    });
    return new FailingDisk(strace, notes);
  }

  /** Whether a call has failed by now. */
  get hasFailed(): boolean {
    return existsSync(this.notes) && readFileSync(this.notes, 'latin1').includes('(INJECTED)');
  }

  /** Waits for the first failure, but not for ever. Returns whether there was one. */
  async failed(patience: number): Promise<boolean> {
    for (const start = performance.now(); performance.now() - start < patience && !this.hasFailed; ) await sleep(20);
    return this.hasFailed;
  }

  async detach(): Promise<void> {
    this.strace.kill('SIGINT');
    await this.ended;
  }
}
