import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { create, list } from 'tar';
import { CannotStart } from '../cannot-start.ts';
import { HOUR, instant } from '../clock.ts';
import type { SecretName, Settings } from '../config.ts';
import { DATABASE_FILE } from '../db/database-files.ts';
import { copyDatabase, findDamage } from '../db/sqlite.ts';
import { databaseFile, reasonOf, requireData, requireFile } from './data-folder.ts';
import { describe, MANIFEST_FILE } from './manifest.ts';
import { SECRET_NAMES, secretFile } from './secrets.ts';
import { moveWhole } from './whole-file.ts';

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
  requireFile(settings);
  requireData(settings);
  const file = resolve(target);
  await refuseOverwriting(file);
  requireRoom(dirname(file), dataDir);
  process.umask(0o077);
  clearWorkshops(dirname(file));
  const kept = SECRET_NAMES.filter((name) => givenSecrets[name] === undefined && existsSync(secretFile(dataDir, name)));
  const secrets = withSecrets ? kept : [];
  const workshop = mkdtempSync(join(dirname(file), WORKSHOP));
  try {
    const archive = await putTogether(workshop, dataDir, secrets);
    moveWhole(archive, file);
    return { file, bytes: statSync(file).size, secrets };
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    throw new CannotStart([`no backup was made: ${reasonOf(error)}`]);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

async function putTogether(workshop: string, dataDir: string, secrets: SecretName[]): Promise<string> {
  const madeAt = instant(Date.now());
  const copy = join(workshop, DATABASE_FILE);
  copyDatabase(databaseFile(dataDir), copy);
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
function requireRoom(folder: string, dataDir: string): void {
  const bytes = statSync(databaseFile(dataDir)).size;
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= 2 * bytes) return;
  const megabytes = (number: number) => `${Math.ceil(number / 1_000_000)} MB`;
  throw new CannotStart([
    `no backup was made: ${folder} has ${megabytes(bavail * bsize)} left, and it takes twice the ${megabytes(bytes)} of the database`,
  ]);
}

/** What one that was killed has left. */
function clearWorkshops(folder: string): void {
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(WORKSHOP))) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < Date.now() - HOUR) rmSync(path, { recursive: true, force: true });
  }
}

function flush(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
