import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '../src/db/database.ts';
import { dropDatabase, isOnPostgres, makeDatabase, startPostgres } from '../test/support/postgres.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** Where the data of a fault lies: a folder, or a database on a server, which two processes serve. */
export interface Place {
  folder: string;
  databaseUrl: string | undefined;
  /** Of the program. */
  settings: Record<string, string>;
  processes: number;
  remove(): Promise<void>;
}

let isOnServer = isOnPostgres;

/** From now on faults happen on PostgreSQL. */
export async function moveToServer(): Promise<void> {
  await startPostgres();
  isOnServer = true;
}

export async function makePlace(settings: Record<string, string> = {}): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-fault-'));
  const databaseUrl = isOnServer ? await makeDatabase('template0') : undefined;
  return {
    folder,
    databaseUrl,
    settings: { ...settings, DATA_DIR: folder, ...(databaseUrl && { DATABASE_URL: databaseUrl }) },
    processes: databaseUrl ? 2 : 1,
    async remove() {
      if (databaseUrl) await dropDatabase(databaseUrl);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function openPlace({ folder, databaseUrl }: Pick<Place, 'folder' | 'databaseUrl'>): Database {
  return openDatabase(folder, databaseUrl);
}

/** One after the other: the first makes what the others share. */
export async function startServers({ settings, processes }: Place): Promise<ServerProcess[]> {
  const servers: ServerProcess[] = [];
  while (servers.length < processes) servers.push(await startServer(settings));
  return servers;
}

/** Kills them one after the other, within so many milliseconds, and waits until nothing of them is at work on the data. */
export async function killServers(place: Place, servers: ServerProcess[], within = 0): Promise<void> {
  for (const [n, { child, exited }] of servers.entries()) {
    if (n > 0) await sleep(Math.random() * within);
    child.kill('SIGKILL');
    await exited;
  }
  if (!place.databaseUrl) return;
  const db = openPlace(place);
  const others = () =>
    db.read.raw(`select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`);
  while ((await others()).length > 0) await sleep(20);
  await db.close();
}
