import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { type MailServer, startMailServer } from '../test/support/mail-server.ts';
import { type PostgresPair, startPair } from '../test/support/postgres-pair.ts';
import { alice, settingsOf } from './alice.ts';
import { compareOperation } from './bulk-crash.ts';
import type { Client } from './client.ts';
import { sound } from './failover-fault.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { CROWD, changeMany, changeUsers, Journal, problemsIn } from './journal.ts';
import { makePeople } from './people.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const SECONDS = 60;
/** In milliseconds between two ends. */
const SOONEST = 10;
const LATEST = 250;
/** So many are ended before one is killed. */
const KILLED_AFTER = 60;
const FEW = 200;
/** So many are gone through piece by piece. */
const MANY = 6_000;
const INVITED = 40;
const SLOWEST = 15_000;
/** The longest that one waits for what is left of an operation. */
const PATIENCE = 60_000;
const LOOKS_EVERY = 200;

const PAGES = [
  '/users',
  '/users?sort=-last_login&per=100',
  '/users?q=crowd1&state=not-invited',
  '/users?sort=email&activity=deactivated',
  '/groups',
  '/contacts?q=person&sort=-name',
  '/audit',
  '/bulk-operations',
];

/** F14 once more: connections of every kind are ended in the middle of whatever they are for. */
export const endedConnectionsFault: Fault = {
  name: 'F14-ended',
  title: 'single connections ended by the server of the database, in the middle of whatever two processes do',
  async run({ seconds = SECONDS }) {
    const folder = mkdtempSync(join(tmpdir(), 'roster-ended-'));
    const pair = await startPair();
    const mailServer = await startMailServer();
    const settings = {
      ...settingsOf(folder),
      DATABASE_URL: pair.url,
      SMTP_URL: mailServer.url,
      MAIL_FROM: 'Roster <roster@example.com>',
    };
    const servers = [await startServer(settings), await startServer(settings)];
    try {
      return await endConnections({ folder, pair, mailServer, servers }, seconds);
    } finally {
      for (const { child, exited } of servers) {
        child.kill('SIGKILL');
        await exited;
      }
      await mailServer.close();
      await pair.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Surroundings {
  folder: string;
  pair: PostgresPair;
  mailServer: MailServer;
  servers: ServerProcess[];
}

async function endConnections({ folder, pair, mailServer, servers }: Surroundings, seconds: number): Promise<Figure[]> {
  const place = { folder, databaseUrl: pair.url };
  const few = await crowd(place, CROWD, FEW);
  await crowd(place, `${CROWD}many`, MANY);
  const client = await alice(servers[0].url);
  const journal = new Journal();
  let isOver = false;
  const over = () => isOver;
  const at = (n: number) => client.at(servers[n % servers.length].url);
  const operations: number[] = [];
  const workers = [
    ...[0, 1, 2].map((n) => changeUsers(at(n), journal, `w${n}`, over)),
    changeMany(at(1), journal, few, over),
    changeLarge(at(0), journal, operations, over),
    inviteAll(at(1), journal, over),
    ...[0, 1].map((n) => read(at(n), journal, over)),
  ];
  const { ended, killed } = await endAtRandom(pair.url, seconds * 1_000);
  isOver = true;
  await Promise.all(workers);
  const problems = await problemsIn(place, journal);
  // The last one says how they are.
  const last = operations.at(-1);
  if (last !== undefined) {
    const found = await compareOperation(folder, last, pair.url);
    if (found.isBegun && !found.isFinished) found.problems.push('it did not come to its end');
    problems.push(...found.problems.map((problem) => `operation ${last}: ${problem}`));
  }
  const { slowest } = journal;
  const copies = Map.groupBy(mailServer.mails, ({ recipients }) => recipients.join());
  const doubled = [...copies.values()].filter((mails) => mails.length > 1).length;
  return [
    told('connections ended, and processes of the server killed', `${ended}, ${killed}`),
    told('changes acknowledged, refused with 503', `${journal.acknowledged}, ${journal.refused}`),
    told('of the refused: may have been done, and said so', String(journal.unknownOutcomes)),
    told(`operations on ${MANY}`, String(operations.length)),
    ...sound(journal, problems),
    told('mails arrived', String(mailServer.mails.length)),
    met('mails that came twice', String(doubled), '0', doubled === 0),
    met('slowest answer', inWords(slowest), `< ${SLOWEST / 1_000} s`, slowest.took < SLOWEST),
  ];
}

function inWords({ what, took }: { what: string; took: number }): string {
  return `${(took / 1_000).toFixed(1)} s, ${what}`;
}

interface Ended {
  ended: number;
  killed: number;
}

/**
 * Ends any of the connections of Roster, again and again; now and then by killing the process that serves it, after which the server gives up all others
 * as well and begins anew.
 */
async function endAtRandom(url: string, milliseconds: number): Promise<Ended> {
  const address = url.replace(/,[^/]+/, '');
  const ended: Ended = { ended: 0, killed: 0 };
  for (const begun = performance.now(); performance.now() - begun < milliseconds; ) {
    const server = new pg.Client(address);
    server.on('error', () => undefined);
    try {
      await server.connect();
      for (; ended.ended < (ended.killed + 1) * KILLED_AFTER && performance.now() - begun < milliseconds; ended.ended++)
        await endOne(server);
      process.kill(await endOne(server, 'not'), 'SIGKILL');
      ended.killed++;
    } catch {
      // It begins anew just now.
      await sleep(LOOKS_EVERY);
    } finally {
      await server.end().catch(() => undefined);
    }
  }
  return ended;
}

/** Half of the times one that is at work, if there is any. Returns the number of the process that serves it. */
async function endOne(server: pg.Client, whether: 'ended' | 'not' = 'ended'): Promise<number> {
  await sleep(SOONEST + Math.random() * (LATEST - SOONEST));
  const { rows } = await server.query(
    `select pid, case when $1 then pg_terminate_backend(pid) end from (select pid from pg_stat_activity
      where application_name = 'roster' order by (state <> 'idle' and random() < 0.5) desc, random() limit 1) as one`,
    [whether === 'ended'],
  );
  return rows[0]?.pid;
}

async function crowd({ folder, databaseUrl }: { folder: string; databaseUrl: string }, name: string, people: number) {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder, databaseUrl);
  try {
    return await makePeople({ db, config }, name, people);
  } finally {
    await db.close();
  }
}

/** Deactivates and activates all of a crowd in turn, each time until it came to its end. */
async function changeLarge(client: Client, journal: Journal, operations: number[], isOver: () => boolean) {
  let action = 'deactivate';
  while (!isOver()) {
    const fields = { action, scope: 'all', view: `/users?q=${CROWD}many`, shown: String(MANY), change: '0' };
    const drafted = await journal.send('drafting all', () => client.post('/bulk-operations', fields));
    const path = drafted?.headers.get('location');
    if (!path?.startsWith('/bulk-operations/')) continue;
    operations.push(Number(path.split('/').at(-1)));
    const begun = await journal.send('bulk of all', () => client.post(`${path}/execution`, {}));
    if (begun?.status !== 303) continue;
    const until = performance.now() + PATIENCE;
    for (; performance.now() < until; await sleep(LOOKS_EVERY)) {
      const page = await journal.send('report', () => client.get(path));
      if (page?.status === 200 && !(await page.text()).includes('id="progress"')) break;
    }
    action = action === 'deactivate' ? 'activate' : 'deactivate';
  }
}

/** Each gets one mail. */
async function inviteAll(client: Client, journal: Journal, isOver: () => boolean): Promise<void> {
  for (let n = 0; n < INVITED && !isOver(); n++) {
    const name = `invited${n}`;
    const fields = { name, email: `${name}@example.com`, tags: 'fault', access: 'mail' };
    await journal.change('inviting', name, 'active', () => client.post('/users', fields));
    await sleep(LOOKS_EVERY);
  }
}

/** Looks at one page after the other, each whole. */
async function read(client: Client, journal: Journal, isOver: () => boolean): Promise<void> {
  for (let n = 0; !isOver(); n++) {
    const page = await journal.send(PAGES[n % PAGES.length], () => client.get(PAGES[n % PAGES.length]));
    if (page?.status === 200) await page.text();
  }
}
