import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createApp } from './app.ts';
import { pruneDrafts } from './bulk-operations/bulk-operation-store.ts';
import { DAY, instant, MINUTE } from './clock.ts';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import type { Mailbox } from './mail/mailbox.ts';
import { pruneNotices } from './mail/outbox-store.ts';
import { KNOWN_FOR } from './sessions/known-devices.ts';
import { pruneDeviceCounters } from './sessions/lockout-store.ts';
import { pruneSessions } from './sessions/session-store.ts';
import { isAnyAdministrator } from './users/administrators.ts';
import { pruneUserChanges } from './users/user-index.ts';
import { pruneAddressLimits } from './web/address-limiter.ts';
import type { AppContext } from './web/app-context.ts';

const SHUTDOWN_PATIENCE = 10_000;
const SECOND_SIGNAL_AFTER = 1_000;
const PRUNE_EVERY = 10 * MINUTE;

export interface ServeOptions {
  /** Runs when the database is up to date and before anybody is served. */
  beforeListen(context: AppContext): Promise<void>;
  /** Takes the mails and shows them, instead of the mail server of the settings. */
  mailbox?: Mailbox;
  showsInterface?: boolean;
}

/** Serves until a signal comes, which then ends the process. Throws what keeps it from starting. */
export async function serve(config: Config, { beforeListen, mailbox, showsInterface }: ServeOptions): Promise<void> {
  const db = openDatabase(config.dataDir);
  await migrate(db);
  const logger = pino({ level: config.logLevel });
  const { express, context } = createApp({ db, config, clock: Date.now, logger, mailbox, showsInterface });
  await beforeListen(context);
  await context.index.refresh();

  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, express);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, resolve);
  });
  await greet(context, server, mailbox);
  context.mail?.start();
  const pruning = setInterval(() => void prune(context), PRUNE_EVERY);
  shutDownOnSignal(server, db, async () => {
    clearInterval(pruning);
    await context.mail?.stop();
  });
}

async function greet(context: AppContext, server: Server, mailbox: Mailbox | undefined): Promise<void> {
  const { config, db } = context;
  const { port } = server.address() as AddressInfo;
  const base = config.baseUrlGiven ? config.baseUrl : config.baseUrl.replace(/:\d+$/, `:${port}`);
  console.log(`Roster listens on ${base}`);
  if (!config.baseUrlGiven) console.log('BASE_URL is not given: links in invitations work on this machine only.');
  if (config.baseUrlGiven && !config.secure)
    console.log('Warning: BASE_URL is plain HTTP, so passwords cross the network unencrypted.');
  if (mailbox) console.log(`Mails are not sent but shown here: ${base}${mailbox.path}`);
  if (!context.mail) console.log('SMTP_URL is not given: no mail goes out, and links are copied.');
  if (!(await isAnyAdministrator(db.read)))
    console.log(`Make the first administrator here, once: ${base}/setup/${context.setupToken}`);
}

async function prune({ db, logger }: AppContext): Promise<void> {
  try {
    await db.write(async (trx) => {
      await pruneSessions(trx, instant(Date.now()));
      await pruneAddressLimits(trx, instant(Date.now()));
      await pruneDeviceCounters(trx, instant(Date.now() - KNOWN_FOR));
      await pruneUserChanges(trx);
      await pruneDrafts(trx, instant(Date.now() - DAY));
      await pruneNotices(trx, instant(Date.now()));
    });
  } catch (error) {
    logger.warn({ err: error }, 'nothing could be pruned; the next round will');
  }
}

/** Requests in flight finish; a second signal ends them, but only after a moment: Ctrl-C through npm arrives twice. */
function shutDownOnSignal(server: Server, db: Database, stopWork: () => Promise<void>): void {
  let since: number | undefined;
  const shutDown = async () => {
    if (since !== undefined) {
      if (performance.now() - since > SECOND_SIGNAL_AFTER) process.exit(1);
      return;
    }
    since = performance.now();
    setTimeout(() => process.exit(0), SHUTDOWN_PATIENCE).unref();
    const atWork = stopWork();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeIdleConnections();
    });
    await atWork;
    await db.close();
    process.exit(0);
  };
  process.on('SIGINT', shutDown);
  process.on('SIGTERM', shutDown);
}
