import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { extract } from 'tar';
import { recordChanges } from '../audit/audit-store.ts';
import { pauseAll } from '../bulk-operations/bulk-operation-store.ts';
import { CannotStart } from '../cannot-start.ts';
import { instant } from '../clock.ts';
import type { Config, Settings } from '../config.ts';
import { type Database, openDatabase, type Transaction } from '../db/database.ts';
import { DATABASE_FILE } from '../db/database-files.ts';
import { migrate, pendingMigrations } from '../db/migrate.ts';
import { lockServer } from '../db/server-lock.ts';
import { findDamage } from '../db/sqlite.ts';
import { giveUpWaitingMails } from '../mail/outbox-store.ts';
import { endAllLinks, findSpentLinks, type SpentLink, spendLinks } from '../one-time-links/one-time-link-store.ts';
import { forgetResetRequests } from '../passwords/reset-request-store.ts';
import { endAllSessions, endSessionsExcept, findSessionKeys } from '../sessions/session-store.ts';
import { endAllTokens, endTokensByHash, findEndedTokens } from '../tokens/token-store.ts';
import { actSettings } from '../verbs/act.ts';
import { commandLineAct } from '../verbs/program-act.ts';
import { forgetClosing } from './closed-mark.ts';
import { DATABASE_COMPANIONS, databaseFile, makeDataFolder, requireFile } from './data-folder.ts';
import { forgetMark } from './installation-mark.ts';
import { MANIFEST_FILE, type Manifest, verified } from './manifest.ts';
import { keepFingerprints, secretProblems } from './secret-fingerprints.ts';
import { readSecrets, SECRET_NAMES, secretFile, secretsFolder, withSecrets } from './secrets.ts';
import { flushFolder, moveWhole } from './whole-file.ts';

/** In case a backup is not what it should be: what it may hold, and nothing else of it is unpacked. */
const KNOWN = [MANIFEST_FILE, DATABASE_FILE, ...SECRET_NAMES.map((name) => secretFile('', name))];

export interface RestoreReport {
  /** The moment that the data is back at. */
  madeAt: string;
  sessionsEnded: number;
  linksEnded: number;
  /** Where what was there before lies now; undefined where nothing was. */
  replaced?: string;
  /** Whether what happened since the backup to sessions and links could be looked up in what was there before. */
  knowsSince: boolean;
}

/** What is known of the time after the backup, from the data that it replaces. */
interface Since {
  /** The sessions that are left, by their keys. */
  sessions: string[];
  spentLinks: SpentLink[];
  /** Those that had ended, by their hashes. */
  endedTokens: string[];
}

/** What becomes of sessions and open links: ended, or kept but for what ended since, as far as that is known. */
type Access = 'ended' | { since: Since | undefined };

/**
 * Puts the data of a backup in the place of what lies in DATA_DIR, which is moved aside. Sessions and open links end, unless
 * `keepAccess`: then those stay that had not ended since. No mail that waits in the backup goes out. Nothing
 * is touched before the backup was found whole, with the right secrets. Throws CannotStart.
 */
export async function restore(settings: Settings, file: string, keepAccess: boolean): Promise<RestoreReport> {
  const { dataDir } = settings;
  requireFile(settings);
  if (!existsSync(file)) throw new CannotStart([`there is no file ${file}`]);
  makeDataFolder(dataDir);
  process.umask(0o077);
  const lock = await lockServer(settings);
  const workshop = mkdtempSync(join(resolve(dataDir), 'restoring-'));
  try {
    await unpack(file, workshop);
    const manifest = await verified(workshop);
    addKeptSecrets(dataDir, workshop);
    const since = keepAccess ? await lookedUpSince(dataDir) : undefined;
    const report = await prepare(settings, workshop, manifest, keepAccess ? { since } : 'ended');
    forgetClosing(dataDir);
    const replaced = moveAside(dataDir);
    moveIn(workshop, dataDir);
    return { ...report, replaced, knowsSince: since !== undefined };
  } finally {
    rmSync(workshop, { recursive: true, force: true });
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
async function prepare(settings: Settings, workshop: string, { madeAt }: Manifest, access: Access) {
  const damage = findDamage(databaseFile(workshop));
  if (damage) throw new CannotStart([`the database in the backup is damaged (${damage}). Nothing was changed`]);
  const db = openDatabase(workshop);
  try {
    const inWorkshop = { ...settings, dataDir: workshop };
    const problems = await secretProblems(db.read, settings, readSecrets(inWorkshop));
    if (problems.length > 0) throw new CannotStart([...problems, 'Nothing was changed']);
    if ((await pendingMigrations(db)).length > 0) await migrate(db);
    return { madeAt, ...(await endWhatActs(db, withSecrets(inWorkshop), madeAt, access)) };
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

async function endWhatActs(db: Database, config: Config, madeAt: string, access: Access) {
  const act = commandLineAct(actSettings(config));
  return db.write(async (trx) => {
    const ended = access === 'ended' ? await endAll(trx, act.at) : await endSpent(trx, access.since, act.at);
    await giveUpWaitingMails(trx, act.at, 'It waited in a backup that was restored, and may have been sent before.');
    await forgetResetRequests(trx);
    await pauseAll(trx, act.at, 'a backup was restored; look at what is left of it before it goes on');
    await forgetMark(trx);
    await keepFingerprints(trx, config.secrets);
    const after = { backupOf: madeAt, ...ended };
    await recordChanges(trx, act, [
      { action: 'system.restored', subjectType: 'system', subjectId: null, subjectName: 'Roster', after },
    ]);
    return ended;
  });
}

async function endAll(trx: Transaction, at: string) {
  await endAllTokens(trx, at);
  return { sessionsEnded: await endAllSessions(trx), linksEnded: await endAllLinks(trx, at) };
}

/** What ended or was used after the backup was made stays so. */
async function endSpent(trx: Transaction, since: Since | undefined, at: string) {
  if (!since) return { sessionsEnded: 0, linksEnded: 0 };
  const { sessions, spentLinks, endedTokens } = since;
  await endTokensByHash(trx, endedTokens, at);
  return { sessionsEnded: await endSessionsExcept(trx, sessions), linksEnded: await spendLinks(trx, spentLinks) };
}

/** Undefined where nothing lies there, or where it cannot be read. */
async function lookedUpSince(dataDir: string): Promise<Since | undefined> {
  if (!existsSync(databaseFile(dataDir))) return undefined;
  const db = openDatabase(dataDir);
  try {
    return {
      sessions: await findSessionKeys(db.read),
      spentLinks: await findSpentLinks(db.read),
      endedTokens: await findEndedTokens(db.read),
    };
  } catch {
    return undefined;
  } finally {
    await db.close().catch(() => undefined);
  }
}

/**
 * The database first: a crash in between leaves secrets without one, which no server takes for a new beginning. Never is a database
 * without its log, or beside the log of another.
 */
function moveAside(dataDir: string): string | undefined {
  const there = [DATABASE_FILE, ...DATABASE_COMPANIONS, 'secrets'].filter((name) => existsSync(join(dataDir, name)));
  if (there.length === 0) return undefined;
  const folder = join(resolve(dataDir), `replaced-${instant(Date.now()).replace(/\D/g, '')}`);
  mkdirSync(folder, { mode: 0o700 });
  for (const name of there) renameSync(join(dataDir, name), join(folder, name));
  flushFolder(folder);
  flushFolder(dataDir);
  return folder;
}

function moveIn(workshop: string, dataDir: string): void {
  moveWhole(secretsFolder(workshop), secretsFolder(dataDir));
  moveWhole(databaseFile(workshop), databaseFile(dataDir));
}
