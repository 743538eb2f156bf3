import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { flushCompileCache } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isSetUp } from '../access/administrators.ts';
import { createApp } from '../app.ts';
import type { AppContext } from '../app-context.ts';
import type { Settings } from '../config.ts';
import { isUnavailable } from '../db/database.ts';
import { jobsOf } from '../features.ts';
import { isUpload } from '../import/pages/upload.ts';
import { isRootInForeign } from '../installation/data/data-folder.ts';
import { openForServer } from '../installation/open-installation.ts';
import { findServerSettings, keepServerSettings, serverSettings } from '../installation/server-settings.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import { giveBackWhenIdle } from '../process/idle-memory.ts';
import { createLogger } from '../process/logger.ts';
import { whenParentIsGone } from '../process/parent.ts';
import { keepSetupLink } from '../setup/setup-link-store.ts';
import { inTurn } from '../web/traffic/in-turn.ts';
import { dropSlowReaders } from '../web/traffic/slow-readers.ts';
import { hurry } from '../web/traffic/slow-senders.ts';
import { IndexReaders } from './index-reading.ts';
import { endWithoutData } from './lost-data.ts';

/** Not imported: that would look at all that the module has, its client for the web among it, which takes a tenth of the start. */
const { createServer } = process.getBuiltinModule('node:http');

const SHUTDOWN_PATIENCE = 10_000;
const SECOND_SIGNAL_AFTER = 1_000;
const IDLE_CLOSED_EVERY = 50;
/** Others may write many times a second. */
const FOLLOWS_AFTER = 200;
/** Whoever sends slowly is gone after half a minute, the time until somebody looks included; a large file has a quarter of an hour. */
export const PATIENCE = { headersTimeout: 10_000, requestTimeout: 900_000, connectionsCheckingInterval: 2_000 };

export interface ServeOptions {
  /** Runs when the database is up to date and before anybody is served. */
  beforeListen(context: AppContext): Promise<void>;
  /** Takes the mails and shows them, instead of the mail server of the settings. */
  mailbox?: Mailbox;
  showsInterface?: boolean;
}

/**
 * Serves until a signal comes, which then ends the process. Returns where it is reached. It listens before it opens the data, and answers 503 meanwhile: an upgrade
 * can take a while. Throws what keeps it from starting.
 */
export async function serve(
  settings: Settings,
  { beforeListen, mailbox, showsInterface }: ServeOptions,
): Promise<string> {
  // Of what was loaded last, and of all where it was not in parts.
  flushCompileCache();
  let answer: RequestListener = starting;
  const answering = inTurn((req, res) => answer(req, res));
  const server = createServer(PATIENCE, (req, res) => {
    hurrying(req, res);
    dropping(res);
    answering(req, res);
  });
  const hurrying = hurry(server, isUpload);
  const dropping = dropSlowReaders(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  // Between its steps others have their turn: they are told that it is starting.
  await turnOfOthers();
  const installation = await openForServer(settings);
  await turnOfOthers();
  const { config, db } = installation;
  const logger = createLogger(config.logLevel);
  void db.gone.then((gone) => endWithoutData(db, gone));
  const { staleDays, confirmDays } = config;
  const indexReaders = new IndexReaders({ data: config, limits: { staleDays, confirmDays } }, (error) =>
    logger.warn({ err: error }, 'an index is read here, as no other process could'),
  );
  let reading: Promise<void> | undefined;
  const { express, context } = await createApp({
    db,
    config,
    clock: Date.now,
    logger,
    mailbox,
    showsInterface,
    indexReaders,
  });
  await turnOfOthers();
  await context.setBackClock.follow();
  await beforeListen(context);
  const baseUrl = reachedAt(context, server);
  await tellCommandLine(context, baseUrl);
  if (!(await isSetUp(db.read))) await db.write((trx) => keepSetupLink(trx, context.setupToken));
  shutDownOnSignal(server, installation.close, async () => {
    context.jobs.stop();
    for (const end of context.ends) end();
    indexReaders.stop();
    for (const one of [context.index, context.groupIndex, context.contactIndex, context.invitationIndex]) one.stop();
    await reading;
    await context.operations.stop();
    await context.webhooks.stop();
    await context.mail?.stop();
  });
  answer = express;
  context.mail?.start();
  context.webhooks.start();
  context.operations.follow();
  context.operations.look();
  await turnOfOthers();
  reading = readIndexes(context);
  followOthers(context);
  context.jobs.start(jobsOf(context));
  // Not before: what is read is taken over in no time, and V8 would stand still for long where it saves memory meanwhile.
  void reading.then(giveBackWhenIdle);
  await greet(context, baseUrl, mailbox);
  return baseUrl;
}

/**
 * Reads one index after the other: others are served meanwhile, and all at once would take as long. Whoever asks for a list before
 * waits for what is left of it; where reading fails, whoever needs it next tries again.
 */
async function readIndexes({ index, groupIndex, invitationIndex, contactIndex }: AppContext): Promise<void> {
  await index.refreshWholly().catch(() => undefined);
  for (const one of [groupIndex, contactIndex, invitationIndex]) await one.refreshWholly().catch(() => undefined);
}

/** What another process changed is read a moment later, and not when somebody waits for it; whoever asks still asks the database. */
function followOthers(context: AppContext): void {
  let isDue = false;
  context.db.processes.hear('changes', () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      void readIndexes(context);
    }, FOLLOWS_AFTER).unref();
  });
}

/** What is answered until the data is open: to whoever watches as data, to people in words, and their browser asks again. */
function starting(req: IncomingMessage, res: ServerResponse): void {
  const [type, words] =
    req.url === '/health' ? ['application/json', '{"status":"starting"}'] : ['text/plain', 'Roster is starting …'];
  const headers = {
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': 'no-store',
    'Retry-After': '2',
    Refresh: '2',
  };
  res.writeHead(503, headers).end(words);
}

/** Where links lead: with PORT=0 the port is known only now. */
function reachedAt({ config }: AppContext, server: Server): string {
  const { port } = server.address() as AddressInfo;
  return config.baseUrlGiven ? config.baseUrl : config.baseUrl.replace(/:\d+$/, `:${port}`);
}

/** Written down only where it differs; a full disk keeps no server from starting. */
async function tellCommandLine({ db, config }: AppContext, baseUrl: string): Promise<void> {
  const settings = serverSettings(config, baseUrl);
  if (!isDeepStrictEqual(await findServerSettings(db.read), settings))
    await db
      .write((trx) => keepServerSettings(trx, settings))
      .catch((error) => {
        if (!isUnavailable(error)) throw error;
      });
}

async function greet(context: AppContext, base: string, mailbox: Mailbox | undefined): Promise<void> {
  const { config, db } = context;
  console.log(`Roster listens on ${base}`);
  for (const warning of config.warnings) console.log(`Warning: ${warning}.`);
  if (isRootInForeign(config.dataDir))
    console.log('Warning: DATA_DIR belongs to another user, who cannot open what root writes there.');
  if (!config.baseUrlGiven) console.log('BASE_URL is not given: links in invitations work on this machine only.');
  if (config.baseUrlGiven && !config.secure)
    console.log('Warning: BASE_URL is plain HTTP, so passwords cross the network unencrypted.');
  if (mailbox) console.log(`Mails are not sent but shown here: ${base}${mailbox.path}`);
  if (!context.mail) console.log('SMTP_URL is not given: no mail goes out, and links are copied.');
  if (!(await isSetUp(db.read)))
    console.log(`Make the first administrator here, once: ${base}/setup/${context.setupToken}`);
}

/** Requests in flight finish; a second signal ends them, but only after a moment: Ctrl-C through npm arrives twice. */
function shutDownOnSignal(server: Server, close: () => Promise<void>, stopWork: () => Promise<void>): void {
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
      // One that answers just now is idle in a moment, and would be kept for the next request.
      setInterval(() => server.closeIdleConnections(), IDLE_CLOSED_EVERY).unref();
    });
    await atWork;
    await close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, shutDown);
  whenParentIsGone(shutDown);
}
