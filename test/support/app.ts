import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import type { People } from '../../seeds/cast.ts';
import { createApp } from '../../src/app.ts';
import type { AppContext } from '../../src/app-context.ts';
import type { Config } from '../../src/config.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import type { Mailbox } from '../../src/mail/mailbox.ts';
import { createLogger } from '../../src/process/logger.ts';
import { TestClock } from './clock.ts';
import { testConfig } from './config.ts';
import { dropDatabase, EMPTY, isOnPostgres, makeDatabase } from './postgres.ts';
import { layEmptyDatabase, readTemplate } from './template.ts';
import { unplug } from './unplugged.ts';

export { PASSWORD } from './config.ts';

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
  /** Another one over the same data, as a process of its own would be; on PostgreSQL alone, by the same clock or another. It ends before this one. */
  beside(clock?: TestClock): Promise<TestApp>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Start {
  settings: Record<string, string>;
  people: People;
  folder: string;
  databaseUrl?: string;
  clock: TestClock;
  passwordCost?: number;
  mailbox?: Mailbox;
  isBeside?: boolean;
}

/** The whole program over a database of its own that holds the cast, listening on a free port. */
export async function startApp(settings: Record<string, string> = {}, mailbox?: Mailbox): Promise<TestApp> {
  const { file, people } = readTemplate();
  const folder = mkdtempSync(join(tmpdir(), 'roster-test-'));
  if (!isOnPostgres) copyFileSync(file, join(folder, 'roster.sqlite'));
  const databaseUrl = isOnPostgres ? await makeDatabase() : undefined;
  return listen({ settings, people, folder, databaseUrl, clock: new TestClock(), mailbox });
}

/** The same without anybody in it. */
export async function startEmptyApp(settings: Record<string, string> = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-test-'));
  layEmptyDatabase(folder);
  const databaseUrl = isOnPostgres ? await makeDatabase(EMPTY) : undefined;
  return listen({ settings, people: {} as People, folder, databaseUrl, clock: new TestClock() });
}

async function listen(start: Start): Promise<TestApp> {
  const { settings, people, folder, databaseUrl, clock, mailbox, passwordCost = 4 } = start;
  const onServer: Record<string, string> = databaseUrl ? { DATABASE_URL: databaseUrl } : {};
  const config = { ...testConfig(folder, { ...onServer, ...settings }), passwordCost };
  const db = openDatabase(folder, databaseUrl);
  await migrate(db);
  if (!databaseUrl) await unplug(db);
  const log: string[] = [];
  const logger = createLogger(config.logLevel, { write: (line: string) => void log.push(line) });
  const { express, context } = await createApp({ db, config, clock: clock.now, logger, mailbox, showsInterface: true });
  // Whoever comes back after a pause finds the connection as it was.
  const server = createServer({ keepAliveTimeout: 0 }, express);
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
    if (start.isBeside) return;
    if (databaseUrl) await dropDatabase(databaseUrl);
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
    beside: (itsClock = clock) => listen({ ...start, isBeside: true, clock: itsClock }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
