import { existsSync, statSync } from 'node:fs';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Config, Secrets, Settings } from '../config.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { guarded } from '../db/guarded.ts';
import { migrate, pendingMigrations } from '../db/migrate.ts';
import { joinServers, mayCommandsWrite, tryLockServer } from '../db/server-lock.ts';
import { findDamageAside } from '../db/sqlite/whole-database.ts';
import { CannotStart } from '../process/cannot-start.ts';
import { COMMAND_LINE } from '../program.ts';
import { backupBeforeMigration, newestBackup } from './backups/backups.ts';
import { clearRestoring, isRestoring } from './backups/replacing.ts';
import { forgetClosing, markClosed, wasClosedWell } from './data/closed-mark.ts';
import { databaseFile, makeDataFolder, requireData } from './data/data-folder.ts';
import { keepReserve, releaseReserve } from './data/disk-room.ts';
import { readOnlyOnceMoved, refuseMoved } from './data/moved-mark.ts';
import { forgetUpgrade, isHalfUpgraded, noteUpgrade } from './data/upgrade-mark.ts';
import { areFingerprintsKept, keepFingerprints, secretProblems } from './secrets/secret-fingerprints.ts';
import { readSecrets, SECRET_NAMES, secretFile, secretsFolder, withSecrets } from './secrets/secrets.ts';

/** Data that is open: the settings with all their secrets, and the database. */
export interface Installation {
  config: Config;
  db: Database;
  close(): Promise<void>;
}

/**
 * Opens the data for a server: whole, with the secrets it was made with, and brought up to date; a folder alone, a database on a server
 * beside others. A new one is filled; the database comes first, so that secrets never stand without one. Throws CannotStart.
 */
export async function openForServer(settings: Settings): Promise<Installation> {
  const { dataDir, databaseUrl } = settings;
  makeDataFolder(dataDir);
  const lock = await joinServers(settings);
  let db: Database | undefined;
  try {
    await turnOfOthers();
    releaseReserve(dataDir);
    if (!databaseUrl) await beginWithFile(dataDir);
    db = openDatabase(dataDir, databaseUrl);
    await db.make();
    await turnOfOthers();
    const opened = db;
    const config = await opened.processes.alone(BEGINS, () => begin(opened, settings));
    keepReserve(dataDir);
    const close = async () => {
      await opened.close();
      keepReserve(dataDir);
      if (!databaseUrl) markClosed(dataDir);
      lock.release();
    };
    return { config, db, close };
  } catch (error) {
    await db?.close();
    keepReserve(dataDir);
    lock.release();
    throw error;
  }
}

/** Of those that begin at the same moment one makes what is not there, and the others find it. */
const BEGINS = 'begins';

async function begin(db: Database, settings: Settings): Promise<Config> {
  await refuseMoved(db.read);
  await refuseWrongSecrets(db, settings);
  await bringUpToDate(db, settings);
  const config = withSecrets(settings);
  if (!(await areFingerprintsKept(db.read))) await db.write((trx) => keepFingerprints(trx, config.secrets));
  return config;
}

/** Opens what a server made, beside it or without it, for a command. Makes nothing and migrates nothing. Throws CannotStart. */
export async function openForCommand(settings: Settings): Promise<Installation> {
  await refuseWhileRestoring(settings);
  const installation = await openAsItIs(settings);
  try {
    return { ...installation, db: writingUnlessRestored(await readOnlyOnceMoved(installation.db), settings) };
  } catch (error) {
    await installation.close();
    throw error;
  }
}

/** What it would write now would lie in what is replaced, for nobody to see. What one that was killed has left goes first. */
async function refuseWhileRestoring(settings: Settings): Promise<void> {
  const { dataDir, databaseUrl } = settings;
  if (databaseUrl || !existsSync(dataDir) || !isRestoring(dataDir)) return;
  const lock = await tryLockServer(settings);
  if (!lock) throw new CannotStart([RESTORED]);
  try {
    clearRestoring(dataDir);
  } finally {
    lock.release();
  }
}

const RESTORED = 'a backup is just being restored here: wait until that is done';

/** Looked at with the lock of those who write: a restore may begin at any moment. */
function writingUnlessRestored(db: Database, { dataDir, databaseUrl }: Settings): Database {
  return guarded(db, async (trx) => {
    const isRefused = databaseUrl ? !(await mayCommandsWrite(trx)) : isRestoring(dataDir);
    if (isRefused) throw new CannotStart([RESTORED]);
  });
}

/** The same, wherever it lives by now. */
export async function openAsItIs(settings: Settings): Promise<Installation> {
  requireData(settings);
  const db = openDatabase(settings.dataDir, settings.databaseUrl);
  try {
    if ((await pendingMigrations(db)).length > 0)
      throw new CannotStart([
        `the data in ${settings.dataDir} is of an older version: start the server once, wait for one that is just starting, or run the command migrate`,
      ]);
    await refuseWrongSecrets(db, settings);
    const secrets = readSecrets(settings);
    // Made here, they would not be those that the server makes at this moment.
    if (SECRET_NAMES.some((name) => secrets[name] === undefined))
      throw new CannotStart([
        `the Roster in ${settings.dataDir} is only just being made: start the server once, or wait until it has started`,
      ]);
    return { config: { ...settings, secrets: secrets as Secrets }, db, close: () => db.close() };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Brings the data up to date without serving it. Returns what was done. */
export async function migrateData(settings: Settings): Promise<string[]> {
  requireData(settings);
  const lock = await joinServers(settings);
  const db = openDatabase(settings.dataDir, settings.databaseUrl);
  try {
    await refuseMoved(db.read);
    return await db.processes.alone(BEGINS, () => bringUpToDate(db, settings));
  } finally {
    await db.close();
    lock.release();
  }
}

async function bringUpToDate(db: Database, settings: Settings): Promise<string[]> {
  const pending = await pendingMigrations(db);
  if (pending.length === 0) return [];
  const { dataDir } = settings;
  const hasData = await db.read.schema.hasTable('users');
  if (hasData && settings.dailyBackups > 0 && !isHalfUpgraded(dataDir, pending))
    noteUpgrade(dataDir, { migrations: pending, backup: await backupBeforeMigration(settings, pending[0]) });
  await migrate(db);
  forgetUpgrade(dataDir);
  return pending;
}

/** What a file may be and a server is not: somewhere else, or damaged. */
async function beginWithFile(dataDir: string): Promise<void> {
  clearRestoring(dataDir);
  refuseLostDatabase(dataDir);
  await refuseDamage(dataDir);
  forgetClosing(dataDir);
}

/** A new Roster beside the secrets of another would look like one that has lost everybody, without a word. */
function refuseLostDatabase(dataDir: string): void {
  const file = databaseFile(dataDir);
  if (existsSync(file) && statSync(file).size > 0) return;
  if (!SECRET_NAMES.some((name) => existsSync(secretFile(dataDir, name)))) return;
  throw new CannotStart([
    `${file} is missing, but ${secretsFolder(dataDir)} holds the secrets of one. ${wayBack(dataDir)}`,
    `To begin anew with nobody in it, move ${secretsFolder(dataDir)} away`,
  ]);
}

async function refuseDamage(dataDir: string): Promise<void> {
  const file = databaseFile(dataDir);
  if (!existsSync(file) || wasClosedWell(dataDir)) return;
  const damage = await findDamageAside(file);
  if (damage) throw new CannotStart([`${file} is no database, or it is damaged (${damage}). ${wayBack(dataDir)}`]);
}

async function refuseWrongSecrets(db: Database, settings: Settings): Promise<void> {
  const problems = await secretProblems(db.read, settings, readSecrets(settings));
  if (problems.length === 0) return;
  throw new CannotStart([
    ...problems,
    `Put the right one back: every backup holds them. If it is lost for good: ${COMMAND_LINE} accept-secrets`,
  ]);
}

function wayBack(dataDir: string): string {
  const newest = newestBackup(dataDir);
  return `Restore a backup: ${COMMAND_LINE} restore ${newest ?? '<file>'}`;
}
