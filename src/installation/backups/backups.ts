import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AHEAD, DAY, dayOf, type Instant, instant } from '../../clock.ts';
import { type DataPlace, environmentFor } from '../../config.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { standBack } from '../../process/standing-back.ts';
import { commandLineProgram } from '../../program.ts';

const DAILY = /^roster-\d{4}-\d{2}-\d{2}\.tar\.gz$/;
const BEFORE_MIGRATION = /^before-.*\.tar\.gz$/;
/** Of those made before an upgrade. */
const KEPT_BEFORE_MIGRATIONS = 3;

export interface Backup {
  file: string;
  madeAt: Instant;
  bytes: number;
}

/** Where the server keeps its own backups. */
export function backupsFolder(dataDir: string): string {
  return join(resolve(dataDir), 'backups');
}

/** The backups that the server made, the newest first. */
export function findBackups(dataDir: string): Backup[] {
  return named(dataDir, /\.tar\.gz$/);
}

export function newestBackup(dataDir: string): string | undefined {
  return findBackups(dataDir)[0]?.file;
}

/** Whether a day has passed since the last daily backup. */
export function isBackupDue(dataDir: string, now: number): boolean {
  const [last] = named(dataDir, DAILY, now);
  if (!last) return true;
  const age = now - Date.parse(last.madeAt);
  return age >= DAY || age < -AHEAD;
}

/** Makes today's backup, and removes the oldest beyond `kept`. Throws CannotStart with the reason why there is none. */
export async function makeDailyBackup(place: DataPlace, now: number, kept: number): Promise<void> {
  await backUpInChild(place, `roster-${dayOf(now)}.tar.gz`);
  prune(place.dataDir, DAILY, kept);
}

/** An upgrade that went wrong is taken back with this and the version before. Returns the file. */
export async function backupBeforeMigration(place: DataPlace, migration: string): Promise<string> {
  const moment = instant(Date.now()).replace(/\D/g, '').slice(0, 14);
  const name = `before-${migration}-${moment}.tar.gz`;
  await backUpInChild(place, name);
  prune(place.dataDir, BEFORE_MIGRATION, KEPT_BEFORE_MIGRATIONS);
  return join(backupsFolder(place.dataDir), name);
}

/** In a process of its own: copying the database would hold up every request. */
async function backUpInChild({ dataDir, databaseUrl }: DataPlace, name: string): Promise<void> {
  const folder = backupsFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [program, ...first] = commandLineProgram();
  const child = spawn(program, [...first, 'backup', join(folder, name)], {
    env: environmentFor(resolve(dataDir), databaseUrl),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  standBack(child, 'can wait');
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) {
    const lines = said.split('\n').filter(Boolean);
    throw new CannotStart(
      lines.length > 0 ? lines.map((line) => line.replace(/^roster: /, '')) : ['no backup was made'],
    );
  }
}

function prune(dataDir: string, pattern: RegExp, kept: number): void {
  for (const { file } of named(dataDir, pattern).slice(kept)) rmSync(file, { force: true });
}

/** One from the future was made before the clock was set back, and so before all that is from the past. */
function named(dataDir: string, pattern: RegExp, now = Date.now()): Backup[] {
  const folder = backupsFolder(dataDir);
  const future = instant(now + AHEAD);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name))
    .map((file) => ({ file, ...facts(file) }))
    .sort((a, b) => Number(a.madeAt > future) - Number(b.madeAt > future) || (a.madeAt < b.madeAt ? 1 : -1));
}

function facts(file: string): Omit<Backup, 'file'> {
  const { mtimeMs, size } = statSync(file);
  return { madeAt: instant(mtimeMs), bytes: size };
}
