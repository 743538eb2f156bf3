import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { create, list } from 'tar';
import { HOUR, instant } from '../../clock.ts';
import type { SecretName, Settings } from '../../config.ts';
import { copyAll } from '../../db/copied-tables.ts';
import { openDatabase } from '../../db/database.ts';
import { lastMigration, migrateUpTo } from '../../db/migrate.ts';
import { LOCK_FILE, tryLockFile } from '../../db/server-lock.ts';
import { DATABASE_FILE } from '../../db/sqlite/database-files.ts';
import { copyDatabase, findDamage } from '../../db/sqlite/whole-database.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { databaseFile, makeWorkshop, reasonOf, requireData } from '../data/data-folder.ts';
import { findMark } from '../data/moved-mark.ts';
import { moveWhole } from '../data/whole-file.ts';
import { SECRET_NAMES, secretFile } from '../secrets/secrets.ts';
import { backupsFolder } from './backups.ts';
import { addToErasedList, readErasedList } from './erased-list.ts';
import { describe, MANIFEST_FILE } from './manifest.ts';

/** Begins the name of the folder in which a backup is put together, beside where it will lie. */
const WORKSHOP = '.roster-backup-';

export interface BackupReport {
  file: string;
  bytes: number;
  /** Which secrets are inside. */
  secrets: SecretName[];
}

/**
 * Writes the data as it stands at one moment into one file, while the server runs or not: database, secrets that are kept in DATA_DIR,
 * and a manifest with checksums. The file is there whole or not at all; it is as secret as DATA_DIR. Throws CannotStart.
 */
export async function backUp(settings: Settings, target: string, withSecrets: boolean): Promise<BackupReport> {
  const { dataDir, givenSecrets } = settings;
  requireData(settings);
  const file = resolve(target);
  await refuseOverwriting(file);
  clearWorkshops(dirname(file));
  await requireRoom(dirname(file), settings);
  process.umask(0o077);
  const kept = SECRET_NAMES.filter((name) => givenSecrets[name] === undefined && existsSync(secretFile(dataDir, name)));
  const secrets = withSecrets ? kept : [];
  const workshop = makeWorkshop(dirname(file), WORKSHOP);
  const lock = tryLockFile(join(workshop, LOCK_FILE));
  try {
    const archive = await putTogether(workshop, settings, secrets);
    moveWhole(archive, file);
    addToErasedList(dirname(file), readErasedList(backupsFolder(dataDir)));
    return { file, bytes: statSync(file).size, secrets };
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    throw new CannotStart([`no backup was made: ${reasonOf(error)}`]);
  } finally {
    lock?.release();
    rmSync(workshop, { recursive: true, force: true });
  }
}

async function putTogether(workshop: string, settings: Settings, secrets: SecretName[]): Promise<string> {
  const { dataDir, databaseUrl } = settings;
  const madeAt = instant(Date.now());
  const copy = join(workshop, DATABASE_FILE);
  if (databaseUrl) await copyFromServer(settings, workshop);
  else copyDatabase(databaseFile(dataDir), copy);
  const damage = findDamage(copy);
  if (damage) throw new CannotStart([`no backup was made: the database is damaged (${damage})`]);
  mkdirSync(join(workshop, 'secrets'));
  const secretPaths = secrets.map((name) => join('secrets', basename(secretFile(dataDir, name))));
  for (const path of secretPaths) copyFileSync(join(dataDir, path), join(workshop, path));
  const paths = [...secretPaths, DATABASE_FILE];
  writeFileSync(join(workshop, MANIFEST_FILE), `${JSON.stringify(await describe(workshop, paths, madeAt), null, 2)}\n`);
  const archive = join(workshop, 'archive');
  // The manifest goes first: one can look into a large backup without reading it through.
  await create({ file: archive, cwd: workshop, gzip: { level: 1 }, portable: true }, [MANIFEST_FILE, ...paths]);
  flush(archive);
  return archive;
}

/** A file of the same version as the data on the server, which may be older than this program: then it is about to be upgraded. */
async function copyFromServer({ dataDir, databaseUrl }: Settings, workshop: string): Promise<void> {
  const server = openDatabase(dataDir, databaseUrl);
  const file = openDatabase(workshop);
  try {
    const version = await lastMigration(server);
    if (version === undefined)
      throw new CannotStart([`there is no Roster in ${server.place.name}. Nothing was written`]);
    if ((await findMark(server.read))?.side === 'arriving')
      throw new CannotStart(['no backup was made: this is a copy that is not finished']);
    await file.make();
    await migrateUpTo(file, version);
    await copyAll(server.read, file);
  } finally {
    await file.close();
    await server.close();
  }
}

/** An older backup of the same name is replaced; any other file would be lost. */
async function refuseOverwriting(file: string): Promise<void> {
  if (!existsSync(dirname(file))) throw new CannotStart([`there is no folder ${dirname(file)}`]);
  if (existsSync(file) && !(await isBackup(file)))
    throw new CannotStart([`${file} is there already and is no backup: give another name`]);
}

async function isBackup(file: string): Promise<boolean> {
  let first: string | undefined;
  try {
    await list({ file, strict: true, onReadEntry: (entry) => (first ??= entry.path) });
  } catch {
    return false;
  }
  return first === MANIFEST_FILE;
}

/** The copy and the archive made from it stand beside each other for a while. */
async function requireRoom(folder: string, { dataDir, databaseUrl }: Settings): Promise<void> {
  const bytes = databaseUrl ? await bytesOnServer(databaseUrl) : statSync(databaseFile(dataDir)).size;
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= 2 * bytes) return;
  const megabytes = (number: number) => `${Math.ceil(number / 1_000_000)} MB`;
  throw new CannotStart([
    `no backup was made: ${folder} has ${megabytes(bavail * bsize)} left, and it takes twice the ${megabytes(bytes)} of the database`,
  ]);
}

async function bytesOnServer(databaseUrl: string): Promise<number> {
  const server = openDatabase('', databaseUrl);
  try {
    return await server.bytes();
  } finally {
    await server.close();
  }
}

/** What those that were killed have left: each as large as the database, so no later one is to wait for the room. */
function clearWorkshops(folder: string): void {
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(WORKSHOP))) {
    const path = join(folder, name);
    if (isLeft(path)) rmSync(path, { recursive: true, force: true });
  }
}

/** Whether nobody is at work in it. One that is just begun has no lock yet, and one that ends just now has none any more. */
function isLeft(workshop: string): boolean {
  const file = join(workshop, LOCK_FILE);
  if (existsSync(file)) {
    try {
      const lock = tryLockFile(file);
      lock?.release();
      return lock !== undefined;
    } catch {
      // Where the system knows no such locks, its age has to tell.
    }
  }
  const made = statSync(workshop, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && made < Date.now() - HOUR;
}

function flush(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
