import { setTimeout as sleep } from 'node:timers/promises';
import { generateUsers } from '../seeds/generator.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { actSettings } from '../src/verbs/act.ts';
import { PASSWORD, settingsOfAlice } from './alice.ts';
import { Client } from './client.ts';
import { type Fault, met, told } from './fault.ts';
import { brokenInvariants } from './invariants.ts';
import { killServers, makePlace, openPlace, type Place, startServers } from './place.ts';

const ROUNDS = 20;
const USERS = 5_000;
/** In milliseconds. */
const LATEST_KILL = 700;

export interface BulkCrashReport {
  executed: number;
  acknowledged: number;
  /** Kills that fell while it was written; on a file nobody can look on. */
  amidst: number;
  problems: string[];
}

export const bulkCrashFault: Fault = {
  name: 'F1-bulk',
  title: 'SIGKILL in the middle of bulk operations of 5,000',
  async run({ rounds = ROUNDS }) {
    const { executed, acknowledged, amidst, problems } = await bulkCrash(rounds, USERS);
    return [
      told('kills', String(rounds)),
      ...(amidst > 0 ? [told('of these while the operation was being written', String(amidst))] : []),
      told('operations found executed, acknowledged before the kill', `${executed}, ${acknowledged}`),
      met('lost, by halves, or not as its items say', problems.join('; ') || '0', '0', problems.length === 0),
    ];
  },
};

/** So many are gone through piece by piece, while one may look on. */
const MANY = 12_000;
/** The longest that one waits for what is left of it. */
const PATIENCE = 120_000;

export const largeCrashFault: Fault = {
  name: 'F1-large',
  title: 'SIGKILL in the middle of an operation on 12,000, which goes on each time',
  async run({ rounds = ROUNDS }) {
    const { executed, amidst, problems } = await largeCrash(rounds, MANY);
    return [
      told('kills, between pieces that were done and pieces that were not', `${rounds}, ${amidst}`),
      told('operations that came to their end', String(executed)),
      met('lost, done twice, or not as its items say', problems.join('; ') || '0', '0', problems.length === 0),
    ];
  },
};

/** Kills the server again and again while it works at one large operation after the other; each must come to its end as if nothing had been. */
export async function largeCrash(
  rounds: number,
  users: number,
  random: () => number = Math.random,
): Promise<Pick<BulkCrashReport, 'executed' | 'amidst' | 'problems'>> {
  const place = await makePlace(settingsOfAlice());
  const report = { executed: 0, amidst: 0, problems: [] as string[] };
  const client = new Client('');
  try {
    await seedUsers(place.folder, users, place.databaseUrl);
    let path: string | undefined;
    let action = 'activate';
    let servers = await startServers(place);
    client.url = servers[0].url;
    await client.signIn('alice', PASSWORD);
    for (let round = 0; round < rounds; round++) {
      if (!path) {
        action = action === 'activate' ? 'deactivate' : 'activate';
        path = await draft(client, { action, scope: 'all', view: '/users', shown: '0', change: '0' });
        await client.post(`${path}/execution`, {});
      }
      await sleep(random() * LATEST_KILL);
      await killServers(place, servers);
      const found = await compareOperation(place.folder, Number(path.split('/').at(-1)), place.databaseUrl);
      if (!found.isFinished && found.isBegun) report.amidst++;
      for (const problem of found.problems) report.problems.push(`round ${round + 1}: ${problem}`);
      if (found.isFinished) {
        report.executed++;
        path = undefined;
      }
      servers = await startServers(place);
      client.url = servers[round % servers.length].url;
    }
    const until = performance.now() + PATIENCE;
    while (path && performance.now() < until) {
      await sleep(200);
      if (!(await (await client.get(path)).text()).includes('id="progress"')) break;
    }
    for (const { child, exited } of servers) {
      child.kill('SIGTERM');
      await exited;
    }
    if (path) {
      const found = await compareOperation(place.folder, Number(path.split('/').at(-1)), place.databaseUrl);
      report.problems.push(...found.problems);
      if (found.isFinished) report.executed++;
      else report.problems.push('what was begun did not come to its end');
    }
    return report;
  } finally {
    await place.remove();
  }
}

/** Executes one operation after the other, kills the server while it works, and compares the items with the users. */
export async function bulkCrash(
  rounds: number,
  users: number,
  random: () => number = Math.random,
): Promise<BulkCrashReport> {
  const place = await makePlace(settingsOfAlice());
  const report: BulkCrashReport = { executed: 0, acknowledged: 0, amidst: 0, problems: [] };
  const client = new Client('');
  try {
    const ids = await seedUsers(place.folder, users, place.databaseUrl);
    let action = 'deactivate';
    let lasts = 0;
    for (let round = 0; round < rounds; round++) {
      const servers = await startServers(place);
      client.url = servers[round % servers.length].url;
      if (round === 0) {
        await client.signIn('alice', PASSWORD);
        lasts = await lengthOfOne(client, ids);
      }
      const path = await draft(client, { action, ids: ids.join() });
      const execution = execute(client, path);
      await sleep(momentOf(round, rounds, random()) * lasts);
      if (place.databaseUrl && (await isWriting(place))) report.amidst++;
      await killServers(place, servers);
      const isAcknowledged = await execution;
      if (isAcknowledged) report.acknowledged++;
      const found = await compareOperation(place.folder, Number(path.split('/').at(-1)), place.databaseUrl);
      if (found.isExecuted) {
        report.executed++;
        action = action === 'deactivate' ? 'activate' : 'deactivate';
      }
      if (isAcknowledged && !found.isExecuted) found.problems.push('it was acknowledged, and is not there');
      for (const problem of found.problems) report.problems.push(`round ${round + 1}: ${problem}`);
    }
    return report;
  } finally {
    await place.remove();
  }
}

/** As a share of what one takes: every second kill falls somewhere in the whole of it, and the others about where it is committed. */
function momentOf(round: number, rounds: number, random: number): number {
  const spread = (round + random) / rounds;
  return round % 2 === 0 ? spread : 0.8 + spread * 0.6;
}

/** Whether a transaction is under way that has written something. */
async function isWriting(place: Place): Promise<boolean> {
  const db = openPlace(place);
  const rows = await db.read.raw(
    `select 1 from pg_stat_activity where datname = current_database() and application_name = 'roster' and backend_xid is not null`,
  );
  await db.close();
  return rows.length > 0;
}

/** How many milliseconds one takes that nothing comes between. They are active again. */
async function lengthOfOne(client: Client, ids: number[]): Promise<number> {
  let took = 0;
  for (const action of ['deactivate', 'activate']) {
    const path = await draft(client, { action, ids: ids.join() });
    const began = performance.now();
    if (!(await execute(client, path))) throw new Error('the operation that nothing came between failed');
    took = performance.now() - began;
  }
  return took;
}

/** Where the operation is to be executed. A server that began a moment ago may not know yet who all are, and says so. */
async function draft(client: Client, fields: Record<string, string>): Promise<string> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    const { status, headers } = await client.post('/bulk-operations', fields);
    if (status === 303) return headers.get('location')!;
    if (status !== 503 || performance.now() > until) throw new Error(`the draft was answered with ${status}`);
    await sleep(200);
  }
}

/** Whether the server says that it did it. */
function execute(client: Client, path: string): Promise<boolean> {
  return client.post(`${path}/execution`, {}).then(
    (response) => response.status === 303,
    () => false,
  );
}

export async function seedUsers(folder: string, users: number, databaseUrl?: string): Promise<number[]> {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder, databaseUrl);
  await migrate(db);
  const { loginAttempts, invitationHours } = config;
  await generateUsers(db, {
    users,
    now: Date.now(),
    settings: actSettings(config),
    loginAttempts,
    invitationHours,
    passwordHash: 'nobody knows it',
  });
  const ids = await db.read('users').orderBy('id').pluck('id');
  await db.close();
  return ids;
}

/** Whether the operation was executed, and where its items, the users and the audit do not agree. */
export async function compareOperation(
  folder: string,
  id: number,
  databaseUrl?: string,
): Promise<{ isExecuted: boolean; isBegun: boolean; isFinished: boolean; problems: string[] }> {
  const db = openDatabase(folder, databaseUrl);
  try {
    const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
    const problems = await brokenInvariants(db.writer, config.secrets.audit, { seeded: true });
    const operation = await db.writer('bulk_operations').where({ id }).first();
    const isExecuted = operation.executed_at !== null;
    const wanted = operation.action === 'activate' ? 'active' : 'deactivated';
    const isFinished = operation.finished_at !== null;
    const items: { outcome: string | null; before: string; activity: string }[] = await db
      .writer('bulk_operation_items')
      .join('users', 'users.id', 'subject_id')
      .where('operation_id', id)
      .select('outcome', 'before', 'activity');
    const whole = isFinished && operation.cancelled_at === null;
    if (whole && items.length !== operation.size) problems.push(`${items.length} of ${operation.size} have an outcome`);
    if (!isExecuted && items.length > 0) problems.push(`${items.length} have an outcome, and nothing was executed`);
    const changed = items.filter((item) => item.outcome === 'changed');
    const unlike = changed.filter((item) => item.activity !== wanted).length;
    if (unlike > 0) problems.push(`${unlike} users are not as their items say`);
    const events = await db.writer('audit_events').where({ action: `user.${operation.action}d`, operation_id: id });
    if (events.length !== changed.length) problems.push(`${changed.length} changed, but ${events.length} events`);
    return { isExecuted, isBegun: items.length > 0, isFinished, problems };
  } finally {
    await db.close();
  }
}
