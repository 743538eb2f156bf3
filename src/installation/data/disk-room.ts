import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
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
 * it overwrites its log while there is room in it, and grows the file only now and then. What is written is gone before the system
 * brings it to the disk.
 */
export function refusalOfDisk(dataDir: string): unknown {
  try {
    try {
      writeFileSync(probeFile(dataDir), Buffer.alloc(OF_A_CHANGE), { mode: 0o600 });
    } finally {
      rmSync(probeFile(dataDir), { force: true });
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

function probeFile(dataDir: string): string {
  return join(dataDir, 'room');
}

function reserveFile(dataDir: string): string {
  return join(dataDir, 'reserve');
}
