import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateUsers } from '../seeds/generator.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { PasswordHasher } from '../src/passwords/password-hasher.ts';
import { administratorsGroup } from '../src/setup/actions/first-administrator.ts';
import { actSettings } from '../src/verbs/act.ts';
import { Client } from './client.ts';
import { type Fault, met, told } from './fault.ts';
import { actOf, makePeople } from './people.ts';
import { startServer } from './server-process.ts';
import { percentile } from './statistics.ts';
import type { StormJob, StormReport } from './storm-client.ts';

const PASSWORD = 'seven brown kettles sing';
const USERS = 10_000;
const ADMINISTRATORS = 20;
const SIGN_INS_PER_SECOND = 200;
const SECONDS = 30;
const BULK_EVERY = 10_000;
const BULK_SIZE = 500;
/** Between two pages of one administrator, on average; milliseconds. */
const READING = 1_000;

const PAGES = [
  '/users',
  '/users?sort=-last_login',
  '/users?q=mar',
  '/users?state=stale',
  '/users?activity=deactivated&sort=email',
  '/users?state=locked',
  '/users?q=an&state=to-be-confirmed',
  '/audit',
];

interface Browsing {
  took: number[];
  bulks: number[];
  problems: string[];
}

/** F5: many more sign-ins than can be hashed for, while administrators work. */
export const signInStormFault: Fault = {
  name: 'F5',
  title: `${SIGN_INS_PER_SECOND} sign-ins a second while ${ADMINISTRATORS} administrators work on ${USERS.toLocaleString('en')} users`,
  async run({ seconds = SECONDS }) {
    const { calm, during, storm } = await signInStorm(seconds);
    const refused = storm.answers.filter(({ status }) => status === 429);
    const slow = percentile(
      refused.map(({ took }) => took),
      0.99,
    );
    const letIn = storm.answers.filter(({ status }) => status === 303).length;
    const looked = storm.answers.filter(({ status }) => status === 422).length;
    const others = storm.answers.filter(({ status }) => ![303, 422, 429, 503].includes(status)).length;
    const unsaid = refused.filter(({ retryAfter }) => !retryAfter).length;
    const p99 = percentile(during.took, 0.99);
    return [
      told(
        'sign-ins in all, of which let in, refused as wrong, told to come back',
        `${storm.answers.length} in ${seconds} s: ${letIn}, ${looked}, ${refused.length}`,
      ),
      met('told to come back after, p99', ms(slow), '< 100 ms', slow < 100),
      met('told so without Retry-After', String(unsaid), '0', unsaid === 0),
      met('other answers, broken connections', `${others}, ${storm.broken}`, '0', others + storm.broken === 0),
      told(
        'pages of administrators before it, p50 and p99',
        `${ms(percentile(calm.took, 0.5))}, ${ms(percentile(calm.took, 0.99))}`,
      ),
      told(
        'pages of administrators meanwhile, number and p50',
        `${during.took.length}, ${ms(percentile(during.took, 0.5))}`,
      ),
      met('the same, p99', ms(p99), '< 300 ms', p99 < 300),
      met(
        `bulk of ${BULK_SIZE}, slowest of ${during.bulks.length}`,
        ms(Math.max(...during.bulks)),
        '< 2 s',
        Math.max(...during.bulks) < 2_000,
      ),
      met(
        'valid sessions refused, and other problems',
        during.problems.length === 0 ? '0' : [...new Set(during.problems)].join('; '),
        '0',
        during.problems.length === 0,
      ),
    ];
  },
};

async function signInStorm(seconds: number): Promise<{ calm: Browsing; during: Browsing; storm: StormReport }> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-storm-'));
  try {
    const users = await fill(folder);
    const server = await startServer({ DATA_DIR: folder, TRUST_PROXY: '1' });
    try {
      const administrators: Client[] = [];
      for (let n = 0; n < ADMINISTRATORS; n++) {
        const client = new Client(server.url);
        await client.signIn(`administrator${n}`, PASSWORD);
        administrators.push(client);
      }
      const calm = await browse(administrators, () => sleep(Math.min(seconds, 10) * 1_000));
      let storm: StormReport | undefined;
      const job = { url: server.url, perSecond: SIGN_INS_PER_SECOND, seconds, users, password: PASSWORD };
      const during = await browse(administrators, async () => {
        storm = await inItsOwnProcess(job);
      });
      return { calm, during, storm: storm! };
    } finally {
      server.child.kill('SIGTERM');
      await server.exited;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets the administrators work for as long as something else takes. */
async function browse(administrators: Client[], meanwhile: () => Promise<void>): Promise<Browsing> {
  const found: Browsing = { took: [], bulks: [], problems: [] };
  let isOver = false;
  const work = administrators.map(async (client) => {
    while (!isOver) {
      await sleep(Math.random() * 2 * READING);
      const path = Math.random() < 0.3 ? `/users/${1 + Math.floor(Math.random() * USERS)}` : pick(PAGES);
      const start = performance.now();
      const page = await client.get(path);
      await page.arrayBuffer();
      found.took.push(performance.now() - start);
      if (page.status !== 200) found.problems.push(`${path} was answered with ${page.status}`);
    }
  });
  const [first] = administrators;
  const bulks = (async () => {
    for (let n = 0; !isOver; n++) {
      found.bulks.push(await bulk(first, n * BULK_SIZE, found.problems));
      for (let waited = 0; waited < BULK_EVERY && !isOver; waited += 100) await sleep(100);
    }
  })();
  try {
    await Promise.race([meanwhile(), ...work, bulks]);
  } finally {
    isOver = true;
    await Promise.allSettled([...work, bulks]);
  }
  return found;
}

/** Ticks users, opens the sheet and confirms it; how long the change itself took. */
async function bulk(client: Client, from: number, problems: string[]): Promise<number> {
  const ids = Array.from({ length: BULK_SIZE }, (_, n) => String(((from + n) % USERS) + 1));
  const draft = await client.post('/bulk-operations', { action: 'confirm-access', ids });
  const start = performance.now();
  const done = await client.post(`${draft.headers.get('location')}/execution`, {});
  if (done.status !== 303) problems.push(`a bulk was answered with ${done.status}`);
  return performance.now() - start;
}

async function inItsOwnProcess(job: StormJob): Promise<StormReport> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'storm-client.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(job);
  const [report] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the crowd ended with ${code}`);
    }),
  ])) as [StormReport];
  return report;
}

/** The administrators, and many users whose password is known; returns the names of these. */
async function fill(folder: string): Promise<string[]> {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder);
  await migrate(db);
  const app = { db, config };
  const passwordHash = await new PasswordHasher(config.secrets.pepper, config.passwordCost).hash(PASSWORD);
  const { loginAttempts, invitationHours } = config;
  const settings = actSettings(config);
  await generateUsers(db, { users: USERS, now: Date.now(), settings, loginAttempts, invitationHours, passwordHash });
  const group = await db.write((trx) => administratorsGroup(trx, actOf(config)));
  await makePeople(app, 'administrator', ADMINISTRATORS, passwordHash, { groups: [group] });
  const plain = await db
    .read('users')
    .where({ activity: 'active', api_only: false })
    .whereNotNull('password_hash')
    .limit(2_000);
  await db.close();
  return plain.map((user) => user.name);
}

function pick<T>(all: T[]): T {
  return all[Math.floor(Math.random() * all.length)];
}

function ms(time: number): string {
  return `${time.toFixed(0)} ms`;
}
