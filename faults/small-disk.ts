import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CannotRun } from './fault.ts';

const BLOCK = Buffer.alloc(64 * 1024);

/** A file system of its own, in memory, that can be filled without harm to anybody. */
export class SmallDisk {
  readonly folder: string;
  private readonly filler: string;

  /** Throws CannotRun where it may not be mounted. */
  constructor(folder: string, megabytes: number) {
    this.folder = folder;
    this.filler = join(folder, 'filler');
    mkdirSync(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'roster-fault', folder], {
        stdio: 'pipe',
      });
    } catch (error) {
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
  }
}
