import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import { type People, seedCast } from '../../seeds/cast.ts';
import { createApp } from '../../src/app.ts';
import type { AppContext } from '../../src/app-context.ts';
import { type Config, readSettings } from '../../src/config.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { withSecrets } from '../../src/installation/secrets.ts';
import { createLogger } from '../../src/logger.ts';
import type { Mailbox } from '../../src/mail/mailbox.ts';
import { PasswordHasher } from '../../src/passwords/password-hasher.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { TestClock } from './clock.ts';

/** Everybody of the cast has it. */
export const PASSWORD = 'four quiet grey herons';

const SECRETS = {
  SESSION_SECRET: 'session secret of the tests, long enough',
  PASSWORD_PEPPER: 'pepper of the tests, which is long enough',
  LINK_SECRET: 'link secret of the tests, which is long enough',
  AUDIT_SECRET: 'audit secret of the tests, also long enough',
};

export interface TestApp {
  url: string;
  context: AppContext;
  express: Express;
  db: Database;
  clock: TestClock;
  people: People;
  config: Config;
  server: Server;
  folder: string;
  /** What was logged, line by line. */
  log: string[];
  /** Ends the program and starts it anew over the same data, at the same moment. */
  restart(change?: { settings?: Record<string, string>; passwordCost?: number }): Promise<TestApp>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Start {
  settings: Record<string, string>;
  people: People;
  folder: string;
  clock: TestClock;
  passwordCost?: number;
  mailbox?: Mailbox;
}

let template: Promise<{ file: string; people: People }> | undefined;

/** The whole program over a database of its own that holds the cast, listening on a free port. */
export async function startApp(settings: Record<string, string> = {}, mailbox?: Mailbox): Promise<TestApp> {
  template ??= makeTemplate();
  const { file, people } = await template;
  const folder = mkdtempSync(join(tmpdir(), 'roster-test-'));
  copyFileSync(file, join(folder, 'roster.sqlite'));
  return listen({ settings, people, folder, clock: new TestClock(), mailbox });
}

/** The same without anybody in it. */
export async function startEmptyApp(settings: Record<string, string> = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-test-'));
  return listen({ settings, people: {} as People, folder, clock: new TestClock() });
}

export function testConfig(folder: string, settings: Record<string, string> = {}): Config {
  const config = withSecrets(readSettings({ ...SECRETS, DATA_DIR: folder, LOG_LEVEL: 'info', ...settings }, ''));
  return { ...config, passwordCost: 4 };
}

async function listen(start: Start): Promise<TestApp> {
  const { settings, people, folder, clock, mailbox, passwordCost = 4 } = start;
  const config = { ...testConfig(folder, settings), passwordCost };
  const db = openDatabase(folder);
  await migrate(db);
  const log: string[] = [];
  const logger = createLogger(config.logLevel, { write: (line: string) => void log.push(line) });
  const { express, context } = createApp({ db, config, clock: clock.now, logger, mailbox, showsInterface: true });
  const server = createServer(express);
  await new Promise<void>((resolve) => server.listen(Number(settings.PORT ?? 0), '127.0.0.1', resolve));
  // A test that failed before it closed its app must not keep the run from ending.
  server.unref();
  const stop = async () => {
    await context.mail?.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await db.close();
  };
  const close = async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    context,
    express,
    db,
    clock,
    people,
    config,
    server,
    folder,
    log,
    async restart(change = {}) {
      await stop();
      return listen({ ...start, ...change });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Migrated and filled once for a test file; each test copies it. */
async function makeTemplate(): Promise<{ file: string; people: People }> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-template-'));
  const db = openDatabase(folder);
  await migrate(db);
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
  const file = join(folder, 'roster.sqlite');
  if (!existsSync(file)) throw new Error('the template was not written');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { file, people };
}
