import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateUsers } from '../seeds/generator.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { withSecrets } from '../src/installation/secrets.ts';
import { actSettings } from '../src/verbs/act.ts';
import { Client } from './client.ts';
import { type Fault, met, told } from './fault.ts';
import { brokenInvariants } from './invariants.ts';
import { startServer } from './server-process.ts';

const PASSWORD = 'seven brown kettles sing';
const ROUNDS = 20;
const USERS = 5_000;
/** An execution of 5,000 takes some tenths of a second. */
const LATEST_KILL = 700;

export interface BulkCrashReport {
  executed: number;
  acknowledged: number;
  problems: string[];
}

export const bulkCrashFault: Fault = {
  name: 'F1-bulk',
  title: 'SIGKILL in the middle of bulk operations of 5,000',
  async run({ rounds = ROUNDS }) {
    const { executed, acknowledged, problems } = await bulkCrash(rounds, USERS);
    return [
      told('kills', String(rounds)),
      told('operations found executed, acknowledged before the kill', `${executed}, ${acknowledged}`),
      met('lost, by halves, or not as its items say', problems.join('; ') || '0', '0', problems.length === 0),
    ];
  },
};

/** Executes one operation after the other, kills the server while it works, and compares the items with the users. */
export async function bulkCrash(
  rounds: number,
  users: number,
  random: () => number = Math.random,
): Promise<BulkCrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-bulk-crash-'));
  const settings = {
    DATA_DIR: folder,
    ADMIN_NAME: 'alice',
    ADMIN_EMAIL: 'alice@example.com',
    ADMIN_PASSWORD: PASSWORD,
  };
  const report: BulkCrashReport = { executed: 0, acknowledged: 0, problems: [] };
  const client = new Client('');
  try {
    const ids = await seedUsers(folder, users);
    for (let round = 0; round < rounds; round++) {
      const server = await startServer(settings);
      client.url = server.url;
      if (round === 0) await client.signIn('alice', PASSWORD);
      const action = round % 2 === 0 ? 'deactivate' : 'activate';
      const drafted = await client.post('/bulk-operations', { action, ids: ids.join() });
      if (drafted.status !== 303) throw new Error(`the draft was answered with ${drafted.status}`);
      const path = drafted.headers.get('location')!;
      const execution = client.post(`${path}/execution`, {}).then(
        (response) => response.status === 303,
        () => false,
      );
      await new Promise((resolve) => setTimeout(resolve, random() * LATEST_KILL));
      server.child.kill('SIGKILL');
      await server.exited;
      const isAcknowledged = await execution;
      if (isAcknowledged) report.acknowledged++;
      const found = await compareOperation(folder, Number(path.split('/').at(-1)));
      if (found.isExecuted) report.executed++;
      if (isAcknowledged && !found.isExecuted) found.problems.push('it was acknowledged, and is not there');
      for (const problem of found.problems) report.problems.push(`round ${round + 1}: ${problem}`);
    }
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function seedUsers(folder: string, users: number): Promise<number[]> {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder);
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
): Promise<{ isExecuted: boolean; problems: string[] }> {
  const db = openDatabase(folder);
  try {
    const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
    const problems = await brokenInvariants(db.writer, config.secrets.audit, { seeded: true });
    const operation = await db.writer('bulk_operations').where({ id }).first();
    const isExecuted = operation.executed_at !== null;
    const wanted = operation.action === 'activate' ? 'active' : 'deactivated';
    const items: { outcome: string | null; before: string; activity: string }[] = await db
      .writer('bulk_operation_items')
      .join('users', 'users.id', 'subject_id')
      .where('operation_id', id)
      .select('outcome', 'before', 'activity');
    const open = items.filter((item) => item.outcome === null).length;
    if (isExecuted ? open > 0 : open !== items.length) problems.push(`${open} of ${items.length} items are open`);
    const changed = items.filter((item) => item.outcome === 'changed');
    const unlike = changed.filter((item) => item.activity !== wanted).length;
    if (unlike > 0) problems.push(`${unlike} users are not as their items say`);
    const events = await db
      .writer('audit_events')
      .where({ action: `user.${operation.action}d`, at: operation.executed_at });
    if (isExecuted && events.length !== changed.length)
      problems.push(`${changed.length} changed, but ${events.length} events`);
    return { isExecuted, problems };
  } finally {
    await db.close();
  }
}
