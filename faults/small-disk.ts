import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotRun } from './fault.ts';

const BLOCK = Buffer.alloc(64 * 1024);

/** A file system of its own, in memory, that can be filled without harm to anybody. */
export class SmallDisk {
  readonly folder: string;
  private readonly filler: string;

  /** Throws CannotRun where it may not be mounted. */
  constructor(megabytes: number) {
    this.folder = mkdtempSync(join(tmpdir(), 'roster-full-'));
    this.filler = join(this.folder, 'filler');
    const options = `size=${megabytes}m,mode=0700`;
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'roster-fault', this.folder], { stdio: 'pipe' });
    } catch (error) {
      rmSync(this.folder, { recursive: true });
      throw new CannotRun(`a tmpfs can be mounted only by root on Linux (${(error as Error).message.split('\n')[0]})`);
    }
  }

  /** Takes what is left, down to the last byte. */
  fill(): void {
    const file = openSync(this.filler, 'a');
    try {
      for (let size = BLOCK.length; size >= 1; )
        try {
          writeSync(file, BLOCK, 0, size);
        } catch {
          size /= 2;
        }
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    rmSync(this.filler, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}
