import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, statfsSync, statSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** More than a change of one record takes, with its pages in the log. */
const OF_A_CHANGE = 256 * 1024;
/** SQLite needs 32 kB beside the database to open it, if only for reading, and a beginning of its log. */
const OF_A_START = 128 * 1024;

/** Bytes that are left where the data lies, as the system counts them: a quota or blocks kept for root are not in it. */
export function freeBytes(dataDir: string): number {
  const { bavail, bsize } = statfsSync(dataDir);
  return bavail * bsize;
}

/**
 * Why the disk under the data takes nothing more, as the system says; undefined where it does. SQLite alone does not tell:
 * it overwrites its log while there is room in it, and grows the file only now and then. Reaches no disk where there is room.
 */
export function refusalOfDisk(dataDir: string): unknown {
  try {
    const path = join(dataDir, `room-${randomUUID()}`);
    const file = openSync(path, 'wx', 0o600);
    try {
      // Nobody else ever sees it, and nothing is left of it whatever happens next.
      unlinkSync(path);
      for (let written = 0; written < OF_A_CHANGE; ) written += writeSync(file, Buffer.alloc(OF_A_CHANGE - written));
    } finally {
      closeSync(file);
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Keeps room for the next start, so that pages are shown on a full disk as well. Where there is none now, the next end tries again. */
export function keepReserve(dataDir: string): void {
  if (statSync(reserveFile(dataDir), { throwIfNoEntry: false })?.size === OF_A_START) return;
  try {
    // Noise: what a file system can compress keeps no room.
    writeFileSync(reserveFile(dataDir), randomBytes(OF_A_START), { mode: 0o600 });
  } catch {
    // One that is too short would be taken for enough.
    releaseReserve(dataDir);
  }
}

export function releaseReserve(dataDir: string): void {
  rmSync(reserveFile(dataDir), { force: true });
}

function reserveFile(dataDir: string): string {
  return join(dataDir, 'reserve');
}
