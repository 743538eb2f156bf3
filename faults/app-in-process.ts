import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { pino } from 'pino';
import { createApp } from '../src/app.ts';
import type { AppContext } from '../src/app-context.ts';
import type { Clock } from '../src/clock.ts';
import { type Config, readSettings } from '../src/config.ts';
import type { Database } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { makePlace, openPlace } from './place.ts';

export interface AppInProcess {
  url: string;
  /** On PostgreSQL there are two: whatever is asked of one may as well be asked of the other. */
  urls: string[];
  contexts: AppContext[];
  db: Database;
  config: Config;
  context: AppContext;
  express: Express;
  close(): Promise<void>;
}

/**
 * The program in this process, where what it does can be counted, over an empty database. Requests come by a proxy that is
 * believed, so that they can come from anywhere. The hash is cheap: the more attempts get as far as that.
 */
export async function startAppInProcess(
  settings: Record<string, string> = {},
  clock: Clock = Date.now,
): Promise<AppInProcess> {
  const place = await makePlace({ TRUST_PROXY: '1', LOG_LEVEL: 'silent', ...settings });
  const config = { ...withSecrets(readSettings(place.settings, '')), passwordCost: 4 };
  const apps: Served[] = [];
  while (apps.length < place.processes) apps.push(await serve(openPlace(place), config, clock));
  const [{ db, express, context }] = apps;
  const urls = apps.map(({ url }) => url);
  return {
    url: urls[0],
    urls,
    contexts: apps.map((app) => app.context),
    db,
    config,
    context,
    express,
    async close() {
      for (const app of apps) await app.close();
      await place.remove();
    },
  };
}

interface Served extends Pick<AppInProcess, 'url' | 'db' | 'express' | 'context'> {
  close(): Promise<void>;
}

async function serve(db: Database, config: Config, clock: Clock): Promise<Served> {
  await migrate(db);
  const { express, context } = await createApp({ db, config, clock, logger: pino({ level: 'silent' }) });
  // Longer than any pause of a client: one that just sends where we just hang up would take it for a fault.
  const server = createServer({ keepAliveTimeout: 120_000 }, express);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    db,
    context,
    express,
    async close() {
      await context.mail?.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await db.close();
    },
  };
}
