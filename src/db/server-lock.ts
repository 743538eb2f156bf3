import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { CannotStart } from '../cannot-start.ts';
import type { DataPlace } from '../config.ts';
import { tryLockDatabase } from './postgres-locks.ts';

/** One that is just ending gives the folder back within this time. */
const PATIENCE = 3_000;

/** Held by the one server, or the one restore, of a folder. */
export interface ServerLock {
  release(): void;
}

/**
 * Takes the data for this process alone. The lock is one of the system on an empty file, taken by SQLite: it ends with the process,
 * however that ends, and holds over the network where the file system does. Throws CannotStart while another holds it. Who holds one place
 * may take another one beside it, which may be in the same folder.
 */
export async function lockServer(place: DataPlace, held?: DataPlace): Promise<ServerLock> {
  const patience = performance.now() + PATIENCE;
  for (;;) {
    const lock = await tryLockServer(place, held);
    if (lock) return lock;
    if (performance.now() > patience)
      throw new CannotStart([
        `another Roster runs on ${place.databaseUrl ? 'the database of DATABASE_URL, or on ' : ''}DATA_DIR ${place.dataDir}: two at once would each count sign-ins on their own. Stop it first`,
      ]);
    await sleep(100);
  }
}

/** The same at once; undefined while another holds it. */
export async function tryLockServer(
  { dataDir, databaseUrl }: DataPlace,
  held?: DataPlace,
): Promise<ServerLock | undefined> {
  const isHeld = held && resolve(held.dataDir) === resolve(dataDir);
  const folder = isHeld ? { release() {} } : tryLockFolder(dataDir);
  if (!databaseUrl || !folder) return folder;
  try {
    const release = await tryLockDatabase(databaseUrl);
    if (release) return { release: () => void release().finally(() => folder.release()) };
  } catch (error) {
    folder.release();
    throw error;
  }
  folder.release();
  return undefined;
}

function tryLockFolder(dataDir: string): ServerLock | undefined {
  const connection = new BetterSqlite(join(dataDir, 'server.lock'), { timeout: 0 });
  try {
    // Nothing is ever committed, and nothing may be written: the lock has to be had on a full disk too. (The driver does not allow "off".)
    connection.exec('pragma journal_mode = memory; begin exclusive');
    return { release: () => connection.close() };
  } catch (error) {
    connection.close();
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
}
