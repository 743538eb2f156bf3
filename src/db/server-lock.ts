import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import type { DataPlace } from '../config.ts';
import { CannotStart } from '../process/cannot-start.ts';
import { lockOutCommands, tryJoinDatabase, tryLockDatabase } from './postgres/locks.ts';

export { mayCommandsWrite } from './postgres/locks.ts';

/** In DATA_DIR. */
export const LOCK_FILE = 'server.lock';

/** One that is just ending gives the folder back within this time. */
const PATIENCE = 3_000;

/** Held by the one server, or the one restore, of a folder; of a database on a server, by each that serves it. It ends with the process, however that ends. */
export interface ServerLock {
  release(): void;
}

/**
 * Takes the data for this process alone. The lock is one of the system on an empty file, taken by SQLite: it ends with the process,
 * however that ends, and holds over the network where the file system does. Throws CannotStart while another holds it.
 */
export function lockServer(place: DataPlace): Promise<ServerLock> {
  return patiently(place, () => tryLockServer(place));
}

/** Takes it to serve it: a folder alone, a database on a server beside others. Throws CannotStart while another holds it alone. */
export function joinServers(place: DataPlace): Promise<ServerLock> {
  const { dataDir, databaseUrl } = place;
  return patiently(place, async () =>
    databaseUrl ? lockOf(await tryJoinDatabase(databaseUrl)) : tryLockFolder(dataDir),
  );
}

/** Takes the data alone, at once; undefined while another holds it. */
export async function tryLockServer({ dataDir, databaseUrl }: DataPlace): Promise<ServerLock | undefined> {
  return databaseUrl ? lockOf(await tryLockDatabase(databaseUrl)) : tryLockFolder(dataDir);
}

async function patiently(
  { dataDir, databaseUrl }: DataPlace,
  take: () => Promise<ServerLock | undefined>,
): Promise<ServerLock> {
  const patience = performance.now() + PATIENCE;
  for (;;) {
    const lock = await take();
    if (lock) return lock;
    if (performance.now() > patience) throw new CannotStart([databaseUrl ? TAKEN : takenFolder(dataDir)]);
    await sleep(100);
  }
}

/** Of a database on a server, where commands find no folder in which a restore leaves word: until it is released they do not write. */
export async function lockOfRestore({ databaseUrl }: DataPlace): Promise<ServerLock | undefined> {
  return databaseUrl ? lockOf(await lockOutCommands(databaseUrl)) : undefined;
}

const TAKEN =
  'another Roster serves the database of DATABASE_URL, or a command has it for itself. Stop it first, or wait for it';

function takenFolder(dataDir: string): string {
  return `another Roster runs on DATA_DIR ${dataDir}: two at once would each count sign-ins on their own. Stop it first`;
}

function lockOf(release: (() => Promise<void>) | undefined): ServerLock | undefined {
  return release && { release: () => void release() };
}

function tryLockFolder(dataDir: string): ServerLock | undefined {
  return tryLockFile(join(dataDir, LOCK_FILE));
}

/** Takes the lock of the system on this empty file, which is made where it is missing; undefined while another process has it. */
export function tryLockFile(file: string): ServerLock | undefined {
  const connection = new BetterSqlite(file, { timeout: 0 });
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
