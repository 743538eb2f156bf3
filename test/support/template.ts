import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type People, seedCast } from '../../seeds/cast.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { DATABASE_FILE } from '../../src/db/sqlite/database-files.ts';
import { PasswordHasher } from '../../src/passwords/password-hasher.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { endBrowser, offerBrowser } from './browser-server.ts';
import { TestClock } from './clock.ts';
import { PASSWORD, testConfig } from './config.ts';
import { isOnPostgres, keepAsEmpty, keepAsTemplate, startPostgres, stopPostgres } from './postgres.ts';
import { openUnplugged } from './unplugged.ts';

/** Tells the processes that run the tests where the template lies. */
const FOLDER = 'ROSTER_TEST_TEMPLATE';
const PEOPLE_FILE = 'people.json';
const EMPTY_FILE = 'empty.sqlite';

/** What the end of the run calls. */
export type Teardown = typeof globalThis & { endOfTests?: () => Promise<void> };

interface Template {
  file: string;
  people: People;
}

export function readTemplate(): Template {
  const folder = process.env[FOLDER]!;
  const people = JSON.parse(readFileSync(join(folder, PEOPLE_FILE), 'utf8'));
  return { file: join(folder, DATABASE_FILE), people };
}

/** Puts a database there that is migrated and holds nobody: all migrations take longer than what most tests try. A run on PostgreSQL makes its own. */
export function layEmptyDatabase(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (!isOnPostgres) copyFileSync(join(process.env[FOLDER]!, EMPTY_FILE), join(folder, DATABASE_FILE));
}

/** A database that is migrated and holds the cast, made once for all test files; each test copies it. */
export default async function makeTemplate(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-template-'));
  const url = isOnPostgres ? await startPostgres() : undefined;
  await migrated(folder, url);
  const db = openDatabase(folder, url);
  const config = testConfig(folder);
  const passwordHash = await new PasswordHasher(config.secrets.pepper, 4).hash(PASSWORD);
  const people = await seedCast(db, {
    settings: actSettings(config),
    loginAttempts: config.loginAttempts,
    passwordHash,
    now: new TestClock().now(),
  });
  // Closing folds the write-ahead log into the file.
  await db.close();
  if (url) await keepAsTemplate();
  writeFileSync(join(folder, PEOPLE_FILE), JSON.stringify(people));
  process.env[FOLDER] = folder;
  await offerBrowser();
  (globalThis as Teardown).endOfTests = async () => {
    await endBrowser();
    await stopPostgres();
  };
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

async function migrated(folder: string, url: string | undefined): Promise<void> {
  const db = url ? openDatabase(folder, url) : await openUnplugged(folder);
  await migrate(db);
  await db.close();
  if (url) await keepAsEmpty();
  else copyFileSync(join(folder, DATABASE_FILE), join(folder, EMPTY_FILE));
}
