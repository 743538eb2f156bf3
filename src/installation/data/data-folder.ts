import {
  accessSync,
  constants,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { DataPlace } from '../../config.ts';
import { diskInWords, lostInWords } from '../../db/database.ts';
import { LOCK_FILE } from '../../db/server-lock.ts';
import { DATABASE_FILE, fileBytes } from '../../db/sqlite/database-files.ts';
import { CannotStart } from '../../process/cannot-start.ts';

/** What SQLite keeps beside the database while it is open, and after a crash. */
export const DATABASE_COMPANIONS = [`${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`];

/** In DATA_DIR, where they are not given from outside. */
export const SECRETS_FOLDER = 'secrets';

export function databaseFile(dataDir: string): string {
  return join(dataDir, DATABASE_FILE);
}

/** What the database takes on the disk, with what SQLite keeps beside it. */
export function databaseBytes(dataDir: string): number {
  return fileBytes(databaseFile(dataDir));
}

/** There while a restore exchanges what lies in DATA_DIR, and after one that was killed meanwhile. */
export function exchangeFile(dataDir: string): string {
  return join(dataDir, 'replacing');
}

/** The folder, made where it is missing. Throws CannotStart where that cannot be, or where it cannot be written. */
export function makeDataFolder(dataDir: string): void {
  try {
    makeFolder(resolve(dataDir));
    // Lets itself be opened only where it is a folder.
    readdirSync(dataDir);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new CannotStart([
      `DATA_DIR cannot be written: ${dataDir} (${isLostLink(dataDir) ? LOST_LINK : reasonOf(error)})`,
    ]);
  }
  requireOwnFiles(dataDir);
}

const LOST_LINK = 'it is a link that leads nowhere';

function isLostLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink() && !existsSync(path);
  } catch {
    return false;
  }
}

/** A command that ran as another user may have left what this one cannot open, of which SQLite would only say that it cannot. */
function requireOwnFiles(dataDir: string): void {
  for (const name of [DATABASE_FILE, ...DATABASE_COMPANIONS, LOCK_FILE, SECRETS_FOLDER]) {
    const file = join(dataDir, name);
    const isFolder = name === SECRETS_FOLDER;
    try {
      accessSync(file, isFolder ? constants.R_OK | constants.X_OK : constants.R_OK | constants.W_OK);
      if (!isFolder && statSync(file).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        throw new CannotStart([`${file} cannot be opened (${reasonOf(error)})`]);
    }
  }
}

/** Whether root is at work in the folder of somebody else, who will not be able to open what it makes there. */
export function isRootInForeign(dataDir: string, uid = process.getuid?.()): boolean {
  return uid === 0 && statSync(dataDir).uid !== 0;
}

/** What root makes for the folder of somebody else is given to them, or their server could not open it. */
export function giveToOwner(dataDir: string, files: string[]): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dataDir);
  for (const file of files) {
    const found = lstatSync(file, { throwIfNoEntry: false });
    // Whoever may write in the folder may have put another name of a file of root's into it.
    if (found?.uid === 0 && (found.isDirectory() || found.nlink === 1)) lchownSync(file, uid, gid);
  }
}

/** A folder beside what is being made, on the same disk. Throws CannotStart where it cannot be made. */
export function makeWorkshop(folder: string, prefix: string): string {
  try {
    return mkdtempSync(join(folder, prefix));
  } catch (error) {
    throw new CannotStart([`${folder} cannot be written (${reasonOf(error)})`]);
  }
}

/** Level by level: Node's own recursion never ends where a level lets itself not be made (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** Throws CannotStart where there is no database yet: commands work on what the server made, and make nothing. */
export function requireData({ dataDir, databaseUrl }: DataPlace): void {
  if (databaseUrl) return;
  if (!existsSync(databaseFile(dataDir)) && existsSync(exchangeFile(dataDir)))
    throw new CannotStart([
      `a backup is just put in the place of what lies in ${resolve(dataDir)}, or that was broken off: start the server, or restore again. Nothing was written`,
    ]);
  if (!existsSync(databaseFile(dataDir)))
    throw new CannotStart([
      `there is no Roster in ${resolve(dataDir)}: give the folder of the server with DATA_DIR. Nothing was written`,
    ]);
  requireOwnFiles(dataDir);
}

/** What the system says of a file, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? diskInWords(error) ?? lostInWords(error) ?? code ?? message;
}

const REASONS: Record<string, string> = {
  EACCES: 'it belongs to another user, or its permissions forbid it',
  EPERM: 'the system forbids it',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  ENOENT: 'nothing can be made there',
  EISDIR: 'it is a folder',
  EBUSY: 'it is a disk of its own, or another program holds it',
  EXDEV: 'it lies on another disk',
};
