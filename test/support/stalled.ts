import { spawnSync } from 'node:child_process';

/** So long no file of tests takes, in milliseconds, on whatever machine. */
const PATIENCE = 15 * 60_000;

/**
 * A test that spins without a pause keeps the timers of its own limit from running: from outside it is seen, named and ended, where
 * the run would otherwise wait for ever.
 */
export default class Stalled {
  private readonly running = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  onRunStart(): void {
    this.wait();
  }

  onTestFileStart({ path }: { path: string }): void {
    this.running.add(path);
  }

  onTestFileResult({ path }: { path: string }): void {
    this.running.delete(path);
    this.wait();
  }

  onRunComplete(): void {
    clearTimeout(this.timer);
  }

  /** From the last file that came to an end. */
  private wait(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      console.error(`FAIL Nothing comes to an end any more. Still running:\n${[...this.running].join('\n')}`);
      // One that spins does not see that nobody listens any more.
      spawnSync('pkill', ['-KILL', '-P', String(process.pid)]);
      process.exit(1);
    }, PATIENCE);
  }
}
