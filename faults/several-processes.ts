import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAnyAdministrator } from '../src/access/administrators.ts';
import { verifyChain } from '../src/audit/chain.ts';
import { instant } from '../src/clock.ts';
import { type Config, readSettings } from '../src/config.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { grantMemberships } from '../src/memberships/actions/membership-editing.ts';
import { linkAddress, tokenOf } from '../src/one-time-links/one-time-link.ts';
import { issueLinks } from '../src/one-time-links/one-time-link-store.ts';
import { PasswordHasher } from '../src/passwords/password-hasher.ts';
import { clearLoginAttempts } from '../src/sessions/lockout-store.ts';
import { administratorsGroup } from '../src/setup/actions/first-administrator.ts';
import { dropDatabase, makeDatabase, startPostgres, stopPostgres } from '../test/support/postgres.ts';
import { Client } from './client.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { actOf, makePeople } from './people.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { SignInForm } from './sign-in-form.ts';

const PASSWORD = 'seven brown kettles sing';
const WRONG = 'not the password at all';
const REMOVALS = 500;
const CROWD = { wrong: 1_000, right: 20, opened: 50 };
const ADMINISTRATORS = 6;
const PEOPLE = 60;
const BULK_ROUNDS = 20;
const ACTIONS = ['deactivate', 'activate', 'delete', 'confirm-access'] as const;

/** Two processes and what they share. */
interface House {
  servers: ServerProcess[];
  db: Database;
  config: Config;
}

export const severalProcessesFault: Fault = {
  name: 'several',
  title: 'two processes on PostgreSQL that are asked for the same at the same moment',
  async run({ rounds = REMOVALS }) {
    await startPostgres();
    const folder = mkdtempSync(join(tmpdir(), 'roster-fault-'));
    const url = await makeDatabase('template0');
    const settings = { DATA_DIR: folder, DATABASE_URL: url, TRUST_PROXY: '1' };
    const servers = await Promise.all([startServer(settings), startServer(settings)]);
    const house = { servers, config: withSecrets(readSettings(settings, '')), db: openDatabase(folder, url) };
    try {
      return [
        ...(await guesses(house)),
        ...(await oneLink(house)),
        ...(await lastTwo(house, rounds)),
        ...(await overlapping(house)),
        ...(await sessions(house)),
        ...(await audit(house)),
      ];
    } finally {
      for (const { child, exited } of servers) {
        child.kill('SIGKILL');
        await exited;
      }
      await house.db.close();
      await dropDatabase(url);
      await stopPostgres();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const addressOf = ({ servers }: House, n: number) => servers[n % servers.length].url;
const times = <T>(count: number, work: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => work(n));
const all = (what: string, found: number, required: number) =>
  met(what, found.toLocaleString('en'), required.toLocaleString('en'), found === required);

async function people(house: House, name: string, count: number, groups: number[] = []): Promise<number[]> {
  const { config } = house;
  const hash = await new PasswordHasher(config.secrets.pepper, config.passwordCost).hash(PASSWORD);
  return makePeople(house, name, count, hash, { groups });
}

async function guesses(house: House): Promise<Figure[]> {
  const [id] = await people(house, 'victim', 1);
  const forms = await Promise.all(times(2, (n) => SignInForm.open(addressOf(house, n))));
  const wrong = await Promise.all(times(CROWD.wrong, (n) => forms[n % 2].send('victim0', WRONG)));
  // Each is counted there before its password is compared.
  const counter = await house.db.read('lockouts').where('user_id', id).first('attempts_in_all');
  await house.db.write((trx) => clearLoginAttempts(trx, [id]));
  const fresh = await Promise.all(times(CROWD.right, (n) => SignInForm.open(addressOf(house, n))));
  const right = await Promise.all(fresh.map((form) => form.send('victim0', PASSWORD)));
  const odd = wrong.filter(({ status }) => status !== 422 && status !== 429);
  return [
    all(
      `passwords compared, of ${CROWD.wrong} wrong ones at once`,
      counter.attempts_in_all,
      house.config.loginAttempts,
    ),
    all('answers to them other than 422 and 429', odd.length, 0),
    all(
      `of ${CROWD.right} right ones at once got in`,
      right.filter(({ status }) => status === 303).length,
      CROWD.right,
    ),
  ];
}

async function oneLink(house: House): Promise<Figure[]> {
  const { db, config } = house;
  const [id] = await people(house, 'opener', 1);
  await db.write((trx) => issueLinks(trx, actOf(config), 'password-reset', [id]));
  const { nonce } = await db.read('links').where('user_id', id).first('nonce');
  const token = tokenOf(actOf(config).links, { purpose: 'password-reset', userId: id, nonce });
  const clients = await Promise.all(
    times(CROWD.opened, async (n) => {
      const client = new Client(addressOf(house, n));
      const { headers } = await client.get(new URL(linkAddress(config.baseUrl, 'password-reset', token)).pathname);
      await client.open(headers.get('location')!);
      return client;
    }),
  );
  const answers = await Promise.all(
    clients.map((client, n) => {
      const password = `nine slow tractors hum ${n}`;
      return client.post('/passwords/acceptance', { password, repeated: password });
    }),
  );
  const used = answers.filter(({ status }) => status === 303).length;
  return [all(`of ${CROWD.opened} who use one link at once set a password`, used, 1)];
}

async function lastTwo(house: House, rounds: number): Promise<Figure[]> {
  const { db, config } = house;
  const group = await db.write((trx) => administratorsGroup(trx, actOf(config)));
  const ids = await people(house, 'last', 2, [group]);
  const clients = await Promise.all(
    ids.map(async (_, n) => {
      const client = new Client(addressOf(house, n));
      await client.signIn(`last${n}`, PASSWORD);
      return client;
    }),
  );
  let [without, both, neither] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const answers = await Promise.all(
      clients.map((client, n) =>
        client.post(`/groups/${group}/members`, { _method: 'DELETE', ids: String(ids[1 - n]) }),
      ),
    );
    const left = await db.read('memberships').where('group_id', group).whereIn('user_id', ids).pluck('user_id');
    if (!(await isAnyAdministrator(db.read, instant(Date.now())))) without++;
    if (answers.every(({ status }) => status === 303) && left.length === 0) both++;
    if (left.length === 2) neither++;
    const userIds = ids.filter((id) => !left.includes(id));
    await db.write((trx) => grantMemberships(trx, actOf(config), { groupId: group, userIds }, null));
  }
  return [
    told('rounds in which the last two administrators removed each other at once', String(rounds)),
    all('of them left nobody', without, 0),
    all('of them took both away', both, 0),
    told('of them took neither away', String(neither)),
  ];
}

async function overlapping(house: House): Promise<Figure[]> {
  const { db, config } = house;
  const group = await db.write((trx) => administratorsGroup(trx, actOf(config)));
  await people(house, 'admin', ADMINISTRATORS, [group]);
  const ids = await people(house, 'person', PEOPLE);
  const clients = await Promise.all(
    times(ADMINISTRATORS, async (n) => {
      const client = new Client(addressOf(house, n));
      await client.signIn(`admin${n}`, PASSWORD);
      return client;
    }),
  );
  const statuses: number[] = [];
  for (let round = 0; round < BULK_ROUNDS; round++)
    await Promise.all(
      clients.map(async (client) => {
        const action = ACTIONS[Math.floor(Math.random() * ACTIONS.length)];
        const some = ids.filter(() => Math.random() < 0.5).map(String);
        const drafted = await client.post('/bulk-operations', { action, ids: some });
        const path = `${drafted.headers.get('location')}/execution`;
        const executed = await Promise.all(times(2, () => client.post(path, {})));
        statuses.push(drafted.status, ...executed.map(({ status }) => status));
      }),
    );
  return [
    told('overlapping bulk operations, each executed twice at once', String(BULK_ROUNDS * ADMINISTRATORS)),
    all('answers of 5xx', statuses.filter((status) => status >= 500).length, 0),
    all('changes that do not follow on to the one before', await unexplained(db), 0),
  ];
}

/** What each event says was before must be what the one before it left. */
async function unexplained(db: Database): Promise<number> {
  const left = new Map<number, string>();
  let problems = 0;
  for (const event of await db.read('audit_events').where('subject_type', 'user').orderBy('id')) {
    const [before, after] = [JSON.parse(event.before), JSON.parse(event.after)];
    const known = left.get(event.subject_id);
    if (after.activity && known && before.activity !== known) problems++;
    if (after.activity) left.set(event.subject_id, after.activity);
  }
  for (const { id, activity } of await db.read('users').select('id', 'activity'))
    if ((left.get(id) ?? 'active') !== activity) problems++;
  return problems;
}

/** In on one, out at the next request to the other. */
async function sessions(house: House): Promise<Figure[]> {
  await people(house, 'wanderer', 1);
  const client = new Client(addressOf(house, 0));
  await client.signIn('wanderer0', PASSWORD);
  client.url = addressOf(house, 1);
  const signedIn = (await client.open('/credentials')).status;
  await client.post('/session', { _method: 'DELETE' });
  client.url = addressOf(house, 0);
  const signedOut = (await client.get('/credentials')).status;
  return [
    all('status at the other process after signing in at one', signedIn, 200),
    all('status at the first after signing out at the other', signedOut, 303),
  ];
}

async function audit({ db, config }: House): Promise<Figure[]> {
  const verified = await verifyChain(db.read, config.secrets.audit);
  const found = verified.intact ? 'intact' : `event ${verified.eventId} ${verified.problem}`;
  return [met('the audit', found, 'intact', verified.intact)];
}
