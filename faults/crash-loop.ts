import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets.ts';
import { Client } from './client.ts';
import { brokenInvariants } from './invariants.ts';
import { startServer } from './server-process.ts';

const PASSWORD = 'seven brown kettles sing';
const WORKERS = 4;
const SHORTEST_LIFE = 20;
const LONGEST_LIFE = 600;

/** What was told to a client, and what it had asked for when the server died. */
interface Journal {
  acknowledged: Map<string, string>;
  open: Map<string, string>;
}

export interface CrashReport {
  rounds: number;
  acknowledged: number;
  slowestStart: number;
  problems: string[];
}

/**
 * F1: kills the server with SIGKILL at a random moment while several clients create and change users, starts it again
 * over the same data, and compares what was acknowledged with what is there.
 */
export async function crashLoop(rounds: number, random: () => number = Math.random): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-crash-'));
  const settings = {
    DATA_DIR: folder,
    ADMIN_NAME: 'alice',
    ADMIN_EMAIL: 'alice@example.com',
    ADMIN_PASSWORD: PASSWORD,
  };
  const journal: Journal = { acknowledged: new Map(), open: new Map() };
  const report: CrashReport = { rounds, acknowledged: 0, slowestStart: 0, problems: [] };
  const client = new Client('');
  try {
    for (let round = 0; round < rounds; round++) {
      const server = await startServer(settings);
      report.slowestStart = Math.max(report.slowestStart, server.readyAfter);
      client.url = server.url;
      if (round === 0) await client.signIn('alice', PASSWORD);
      const workers = Array.from({ length: WORKERS }, (_, n) => work(client, journal, `r${round}w${n}`));
      await new Promise((resolve) => setTimeout(resolve, SHORTEST_LIFE + random() * (LONGEST_LIFE - SHORTEST_LIFE)));
      server.child.kill('SIGKILL');
      await Promise.all([...workers, server.exited]);
      for (const problem of await compare(folder, journal)) report.problems.push(`round ${round + 1}: ${problem}`);
    }
    report.acknowledged = journal.acknowledged.size;
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Creates and changes users until the server is gone; each step is journalled before and after. */
async function work(client: Client, journal: Journal, prefix: string): Promise<void> {
  for (let n = 0; ; n++) {
    const name = `${prefix}n${n}`;
    const fields = {
      name,
      email: `${name}@example.com`,
      tags: 'crash',
      access: 'copy',
      newContactName: `Person ${name}`,
    };
    try {
      const created = await step(journal, name, 'active', () => client.post('/users', fields));
      const path = created.headers.get('location')!;
      await step(journal, name, 'deactivated', () => client.post(`${path}/deactivation`, {}));
      if (n % 2 === 0)
        await step(journal, name, 'active', () => client.post(`${path}/deactivation`, { _method: 'delete' }));
    } catch (error) {
      // What fetch throws when the server is gone.
      if ((error as Error).name === 'TypeError') return;
      throw error;
    }
  }
}

async function step(journal: Journal, name: string, state: string, send: () => Promise<Response>): Promise<Response> {
  journal.open.set(name, state);
  const response = await send();
  if (response.status !== 303) throw new Error(`${name}: expected 303, got ${response.status}`);
  journal.acknowledged.set(name, state);
  journal.open.delete(name);
  return response;
}

async function compare(folder: string, journal: Journal): Promise<string[]> {
  const db = openDatabase(folder);
  try {
    const problems = await brokenInvariants(
      db.writer,
      withSecrets(readSettings({ DATA_DIR: folder }, '')).secrets.audit,
    );
    const found = new Map<string, string>(
      (await db.writer('users').select('name', 'activity')).map((row) => [row.name, row.activity]),
    );
    for (const [name, state] of journal.acknowledged) {
      const actual = found.get(name);
      if (actual !== state && actual !== journal.open.get(name))
        problems.push(`${name} was acknowledged as ${state} but is ${actual ?? 'not there'}`);
    }
    const tagged = await db
      .writer('users')
      .leftJoin('user_tags', 'user_tags.user_id', 'users.id')
      .whereNot('name', 'alice')
      .whereNull('user_tags.tag_id')
      .select('name');
    for (const { name } of tagged) problems.push(`${name} was created by halves: without its tag`);
    // What was under way may have been done or not; from here on the database says which.
    for (const [name, state] of journal.open) if (found.get(name) === state) journal.acknowledged.set(name, state);
    journal.open.clear();
    return problems;
  } finally {
    await db.close();
  }
}
