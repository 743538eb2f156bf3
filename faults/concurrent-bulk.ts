import { administratorsGroup } from '../src/setup/actions/first-administrator.ts';
import { ACTIVATION } from '../src/users/actions/activation.ts';
import { performOnUsers } from '../src/users/actions/user-actions.ts';
import { type AppInProcess, startAppInProcess } from './app-in-process.ts';
import { Client } from './client.ts';
import { type Fault, met, told } from './fault.ts';
import { brokenInvariants } from './invariants.ts';
import { actOf, makePeople } from './people.ts';

const PASSWORD = 'seven brown kettles sing';
const ROUNDS = 50;
const ADMINISTRATORS = 20;
const PEOPLE = 60;
const ACTIONS = ['deactivate', 'activate', 'delete', 'confirm-access'] as const;

export interface ConcurrentBulkReport {
  operations: number;
  /** Answers other than those that a person can make something of. */
  odd: number[];
  problems: string[];
}

export const concurrentBulkFault: Fault = {
  name: 'F6',
  title: `${ADMINISTRATORS} administrators with opposite bulk operations on overlapping sets, each other included`,
  async run({ rounds = ROUNDS }) {
    const { operations, odd, problems } = await concurrentBulk(rounds, ADMINISTRATORS);
    return [
      told('rounds, operations in all', `${rounds}, ${operations.toLocaleString('en')}`),
      met('answers of 5xx', String(odd.length), '0', odd.length === 0),
      met('outcomes that no order of them explains', problems.join('; ') || '0', '0', problems.length === 0),
    ];
  },
};

/** F6: whoever comes to be deactivated by another of them is refused from then on, and activated again for the next round. */
export async function concurrentBulk(
  rounds: number,
  administrators: number,
  random: () => number = Math.random,
): Promise<ConcurrentBulkReport> {
  const app = await startAppInProcess();
  try {
    const hash = await app.context.hasher.hash(PASSWORD);
    const group = await app.db.write((trx) => administratorsGroup(trx, actOf(app.config)));
    const admins = await makePeople(app, 'admin', administrators, hash, { groups: [group] });
    const people = await makePeople(app, 'person', PEOPLE, hash);
    const everybody = [...admins, ...people];
    const report: ConcurrentBulkReport = { operations: 0, odd: [], problems: [] };
    for (let round = 0; round < rounds; round++) {
      await activate(app, admins, `round ${round}`);
      const clients = await Promise.all(
        admins.map(async (_, n) => {
          const client = new Client(app.urls[n % app.urls.length]);
          await client.signIn(`admin${n}`, PASSWORD);
          return client;
        }),
      );
      const statuses = await Promise.all(
        clients.map((client) => operate(client, app.urls, everybody.filter(() => random() < 0.4).map(String), random)),
      );
      report.odd.push(...statuses.flat().filter((status) => status >= 500));
    }
    report.operations = Number(
      (await app.db.read('bulk_operations').whereNotNull('executed_at').count('* as n').first())?.n,
    );
    report.problems = [
      ...(await brokenInvariants(app.db.read, app.config.secrets.audit, { seeded: true })),
      ...(await unexplained(app)),
    ];
    return report;
  } finally {
    await app.close();
  }
}

/** Twice: whoever was deactivated when deleted is so again when restored. */
async function activate(app: AppInProcess, ids: number[], requestId: string): Promise<void> {
  for (const time of ['once', 'again'])
    await app.db.write((trx) =>
      performOnUsers(trx, { ...actOf(app.config), requestId: `${requestId}, ${time}` }, ACTIVATION, ids),
    );
}

/** Draws a set and an action, freezes it, executes it twice at once, as an impatient hand does. */
async function operate(client: Client, urls: string[], ids: string[], random: () => number): Promise<number[]> {
  const action = ACTIONS[Math.floor(random() * ACTIONS.length)];
  const drafted = await client.post('/bulk-operations', { action, ids });
  const path = drafted.headers.get('location') ?? '';
  // Deactivated by another one meanwhile, or without anybody in the set.
  if (!path.startsWith('/bulk-operations/')) return [drafted.status];
  const [one, other] = [client.at(urls[0]), client.at(urls.at(-1)!)];
  const executed = await Promise.all([one.post(`${path}/execution`, {}), other.post(`${path}/execution`, {})]);
  return [drafted.status, ...executed.map((response) => response.status)];
}

/** Follows the audit from its start: what each event says was before must be what the one before it left. */
async function unexplained({ db }: AppInProcess): Promise<string[]> {
  const activity = new Map<number, string>();
  const problems: string[] = [];
  const operations: string[] = [];
  for (const event of await db.read('audit_events').where('subject_type', 'user').orderBy('id')) {
    const { before, after } = { before: JSON.parse(event.before), after: JSON.parse(event.after) };
    if (event.action === 'user.created') activity.set(event.subject_id, 'active');
    if (after.activity === undefined) continue;
    if (operations.at(-1) !== event.request_id) operations.push(event.request_id);
    if (activity.get(event.subject_id) !== before.activity)
      problems.push(`event ${event.id} changed ${before.activity}, but it was ${activity.get(event.subject_id)}`);
    activity.set(event.subject_id, after.activity);
  }
  // Each operation stands in one piece: nothing of another came in between.
  if (new Set(operations).size !== operations.length) problems.push('two operations are mixed up');
  for (const user of await db.read('users').select('id', 'activity'))
    if (activity.get(user.id) !== user.activity)
      problems.push(`user ${user.id} is ${user.activity}, unlike its events`);
  const twice = await db
    .read('bulk_operation_items')
    .join('bulk_operations', 'bulk_operations.id', 'operation_id')
    .whereNotNull('executed_at')
    .whereNull('outcome')
    .first('operation_id');
  if (twice) problems.push(`operation ${twice.operation_id} was executed and has open items`);
  return problems;
}
