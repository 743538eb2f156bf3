import { copyFileSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { extract } from 'tar';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Config, Settings } from '../../config.ts';
import { copyAll, findLastNumbers, followOn, type LastNumbers } from '../../db/copied-tables.ts';
import { type Database, openDatabase, type Reader } from '../../db/database.ts';
import { migrate, pendingMigrations } from '../../db/migrate.ts';
import { LOCK_FILE, lockOfRestore, lockServer, type ServerLock } from '../../db/server-lock.ts';
import { DATABASE_FILE } from '../../db/sqlite/database-files.ts';
import { findDamage } from '../../db/sqlite/whole-database.ts';
import { type ErasedUser, eraseAgain, finishErasures } from '../../erasure/erasing.ts';
import { findSpentLinks } from '../../one-time-links/one-time-link-store.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { findSessionKeys } from '../../sessions/session-store.ts';
import { findEndedTokens } from '../../tokens/token-store.ts';
import { findErased } from '../../users/user-store.ts';
import { actSettings } from '../../verbs/act.ts';
import { commandLineAct } from '../../verbs/program-act.ts';
import { databaseFile, giveToOwner, makeDataFolder, makeWorkshop } from '../data/data-folder.ts';
import { findMark, refuseMoved, removeMark } from '../data/moved-mark.ts';
import { forgetUpgrade } from '../data/upgrade-mark.ts';
import { keepFingerprints, secretProblems } from '../secrets/secret-fingerprints.ts';
import { readSecrets, SECRET_NAMES, secretFile, secretsFolder, withSecrets } from '../secrets/secrets.ts';
import { backUp } from './backup.ts';
import { backupsFolder } from './backups.ts';
import { addToErasedList, ERASED_LIST, readErasedList } from './erased-list.ts';
import { MANIFEST_FILE, type Manifest, verified } from './manifest.ts';
import { type Access, endWhatActs, type Since } from './old-data.ts';
import { clearRestoring, makeFolderAside, RESTORING, replaceFiles, replaceSecrets } from './replacing.ts';

/** In case a backup is not what it should be: what it may hold, and nothing else of it is unpacked. */
const KNOWN = [MANIFEST_FILE, DATABASE_FILE, ...SECRET_NAMES.map((name) => secretFile('', name))];

export interface RestoreReport {
  /** The moment that the data is back at. */
  madeAt: string;
  sessionsEnded: number;
  linksEnded: number;
  /** How many were erased since the backup, and are again in what it brought back. */
  erasedAgain: number;
  /** Where what was there before lies now; undefined where nothing was. */
  replaced?: string;
  /** Whether what happened since the backup to sessions and links could be looked up in what was there before. */
  knowsSince: boolean;
}

/**
 * Puts the data of a backup in the place of what lies in DATA_DIR, which is moved aside. Sessions and open links end, unless
 * `keepAccess`: then those stay that had not ended since. No mail that waits in the backup goes out. Nothing
 * is touched before the backup was found whole, with the right secrets. Throws CannotStart.
 */
export async function restore(settings: Settings, file: string, keepAccess: boolean): Promise<RestoreReport> {
  const { dataDir } = settings;
  if (!existsSync(file)) throw new CannotStart([`there is no file ${resolve(file)}`]);
  makeDataFolder(dataDir);
  process.umask(0o077);
  const lock = await lockServer(settings);
  let lockOfCommands: ServerLock | undefined;
  clearRestoring(dataDir);
  const workshop = makeWorkshop(resolve(dataDir), RESTORING);
  try {
    lockOfCommands = await lockOfRestore(settings);
    await unpack(file, workshop);
    const manifest = await verified(workshop);
    addKeptSecrets(dataDir, workshop);
    const since = keepAccess ? await lookedUp(settings, findSince) : undefined;
    const erased = await findErasedSince(settings, file);
    const numbers = (await lookedUp(settings, findLastNumbers)) ?? {};
    const known = { access: keepAccess ? { since } : ('ended' as const), erased, numbers };
    const report = await prepare(settings, workshop, manifest, known);
    giveToOwner(dataDir, [secretsFolder(workshop), databaseFile(workshop), ...secretFilesIn(workshop)]);
    const replaced = settings.databaseUrl ? await replaceOnServer(settings, workshop) : replaceFiles(dataDir, workshop);
    forgetUpgrade(dataDir);
    const backups = backupsFolder(dataDir);
    addToErasedList(backups, erased);
    giveToOwner(dataDir, [join(dataDir, LOCK_FILE), backups, join(backups, ERASED_LIST)]);
    return { ...report, replaced, knowsSince: since !== undefined };
  } finally {
    rmSync(workshop, { recursive: true, force: true });
    lockOfCommands?.release();
    lock.release();
  }
}

async function unpack(file: string, folder: string): Promise<void> {
  try {
    await extract({
      file,
      cwd: folder,
      strict: true,
      noChmod: true,
      preserveOwner: false,
      filter: (path, entry) => KNOWN.includes(path) && 'type' in entry && entry.type === 'File',
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new CannotStart(['the disk has no room for the backup. Nothing was changed']);
    throw new CannotStart([`${file} is no backup of Roster, or it is damaged (${message}). Nothing was changed`]);
  }
}

/** Makes the unpacked data ready to be served: whole, of this version, and with nothing in it that acts by itself. */
async function prepare(
  settings: Settings,
  workshop: string,
  { madeAt }: Manifest,
  { access, erased, numbers }: { access: Access; erased: ErasedUser[]; numbers: LastNumbers },
) {
  const damage = findDamage(databaseFile(workshop));
  if (damage) throw new CannotStart([`the database in the backup is damaged (${damage}). Nothing was changed`]);
  const db = openDatabase(workshop);
  try {
    const inWorkshop = { ...settings, dataDir: workshop };
    const problems = await secretProblems(db.read, settings, readSecrets(inWorkshop));
    if (problems.length > 0) throw new CannotStart([...problems, 'Nothing was changed']);
    if ((await findMark(db.read))?.side === 'arriving')
      throw new CannotStart(['the backup is of a copy that was not finished. Nothing was changed']);
    if ((await pendingMigrations(db)).length > 0) await migrate(db);
    const config = withSecrets(inWorkshop);
    const erasedAgain = await db.write((trx) => eraseAgain(trx, commandLineAct(actSettings(config)), erased));
    await finishErasures(db, actSettings(config));
    // What was made since is not in the backup, but in pages that are open, in reports and in files: nothing else is to come by its number.
    await db.write((trx) => followOn(trx, numbers));
    return { madeAt, erasedAgain, ...(await calmDown(db, config, madeAt, access)) };
  } finally {
    await db.close();
  }
}

/** Secrets that are kept here and were left out of the backup stay: the folder is exchanged as a whole. */
function addKeptSecrets(dataDir: string, workshop: string): void {
  mkdirSync(secretsFolder(workshop), { recursive: true, mode: 0o700 });
  for (const name of SECRET_NAMES)
    if (!existsSync(secretFile(workshop, name)) && existsSync(secretFile(dataDir, name)))
      copyFileSync(secretFile(dataDir, name), secretFile(workshop, name));
}

async function calmDown(db: Database, config: Config, madeAt: string, access: Access) {
  const act = commandLineAct(actSettings(config));
  return db.write(async (trx) => {
    // Whoever restores it decides that it lives here.
    await removeMark(trx);
    const ended = await endWhatActs(trx, act, access, {
      mails: 'It waited in a backup that was restored, and may have been sent before.',
      operations: 'a backup was restored; look at what is left of it before it goes on',
      webhooks: 'a backup was restored, and what waits may have been sent before',
    });
    await keepFingerprints(trx, config.secrets);
    const after = { backupOf: madeAt, ...ended };
    await recordChanges(trx, act, [
      { action: 'system.restored', subjectType: 'system', subjectId: null, subjectName: 'Roster', after },
    ]);
    return ended;
  });
}

/** Those of whom the lists tell, beside this backup and those that the server makes, and the data that is replaced, where it can be read. */
async function findErasedSince(settings: Settings, file: string): Promise<ErasedUser[]> {
  const listed = [dirname(resolve(file)), backupsFolder(settings.dataDir)].flatMap(readErasedList);
  return [...listed, ...((await lookedUp(settings, findErased)) ?? [])];
}

async function findSince(db: Reader): Promise<Since> {
  return {
    sessions: await findSessionKeys(db),
    spentLinks: await findSpentLinks(db),
    endedTokens: await findEndedTokens(db),
  };
}

/** Something of the data that is replaced. Undefined where nothing lies there, or where it cannot be read. */
async function lookedUp<T>(
  { dataDir, databaseUrl }: Settings,
  look: (db: Reader) => Promise<T>,
): Promise<T | undefined> {
  if (!databaseUrl && !existsSync(databaseFile(dataDir))) return undefined;
  const db = openDatabase(dataDir, databaseUrl);
  try {
    return await look(db.read);
  } catch {
    return undefined;
  } finally {
    await db.close().catch(() => undefined);
  }
}

/**
 * What was on the server is backed up, and then all of it is replaced at once, with the secrets. A crash just then leaves secrets that
 * do not belong to the data, which no server starts with; another restore mends it.
 */
async function replaceOnServer(settings: Settings, workshop: string): Promise<string | undefined> {
  const { dataDir, databaseUrl } = settings;
  const server = openDatabase(dataDir, databaseUrl);
  const restored = openDatabase(workshop);
  try {
    await refuseMoved(server.read);
    const replaced = makeFolderAside(dataDir);
    if (await server.read.schema.hasTable('users')) await backUp(settings, join(replaced, 'roster.tar.gz'), true);
    await migrate(server);
    await copyAll(restored.read, server, () => replaceSecrets(dataDir, workshop, replaced));
    if (readdirSync(replaced).length > 0) return replaced;
    rmdirSync(replaced);
    return undefined;
  } finally {
    await restored.close();
    await server.close();
  }
}

function secretFilesIn(dataDir: string): string[] {
  return readdirSync(secretsFolder(dataDir)).map((name) => join(secretsFolder(dataDir), name));
}
