import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../src/db/database.ts';
import { pendingMigrations } from '../src/db/migrate.ts';
import { Client } from './client.ts';
import { type Fault, met, told } from './fault.ts';
import { serverProcess, startServer } from './server-process.ts';

const ROUNDS = 60;
/** A very first start is over before. */
const LONGEST = 1_400;
const LINK = /http\S+(\/setup\/\S+)/;

export const startCrashFault: Fault = {
  name: 'first-start-killed',
  title: 'SIGKILL during the very first start, then a second one',
  async run({ rounds = ROUNDS }) {
    const { reached, problems } = await startCrashes(rounds);
    return [
      told(
        'kills, by what was there then',
        Object.entries(reached)
          .map((one) => one.join(': '))
          .join(', '),
      ),
      met(
        'not whole after the next start, or without the way to the first administrator',
        problems.join('; ') || '0',
        '0',
        problems.length === 0,
      ),
    ];
  },
};

export interface StartReport {
  /** How often the kill met which state. */
  reached: Record<string, number>;
  problems: string[];
}

/** A start into an empty folder is killed at a random moment; the next one has to make all of it, with a link that works. */
async function startCrashes(rounds: number, random: () => number = Math.random): Promise<StartReport> {
  const report: StartReport = { reached: {}, problems: [] };
  for (let round = 0; round < rounds; round++) {
    const dataDir = mkdtempSync(join(tmpdir(), 'roster-start-crash-'));
    try {
      const printed = await startKilled(dataDir, random() * LONGEST);
      const state = await stateOf(dataDir, printed);
      report.reached[state] = (report.reached[state] ?? 0) + 1;
      for (const problem of await problemsAfterStart(dataDir, printed)) report.problems.push(`${state}: ${problem}`);
    } catch (error) {
      report.problems.push((error as Error).message.trim());
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
  return report;
}

/** What it printed until then. */
async function startKilled(dataDir: string, after: number): Promise<string> {
  const { child, exited } = serverProcess({ DATA_DIR: dataDir });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  await sleep(after);
  child.kill('SIGKILL');
  await exited;
  return output;
}

async function stateOf(dataDir: string, printed: string): Promise<string> {
  if (LINK.test(printed)) return 'served';
  if (!existsSync(join(dataDir, 'roster.sqlite'))) return 'no database';
  const db = openDatabase(dataDir);
  const pending = (await pendingMigrations(db)).length;
  await db.close();
  if (pending > 0) return 'migrating';
  const secrets = existsSync(join(dataDir, 'secrets')) ? readdirSync(join(dataDir, 'secrets')).length : 0;
  return secrets < 4 ? 'making secrets' : 'all made';
}

async function problemsAfterStart(dataDir: string, printed: string): Promise<string[]> {
  const problems: string[] = [];
  const server = await startServer({ DATA_DIR: dataDir });
  for (let n = 0; n < 200 && !LINK.test(server.output()); n++) await sleep(20);
  const [former, link] = [printed, server.output()].map((text) => LINK.exec(text)?.[1]);
  const client = new Client(server.url);
  if (former && (await client.get(former)).status !== 410) problems.push('the link of the killed start works');
  if (!link) problems.push('no link was printed');
  else if ((await client.get(link)).status !== 303 || (await client.get('/setup')).status !== 200)
    problems.push('the link does not lead to the setup page');
  server.child.kill('SIGTERM');
  const { code } = await server.exited;
  if (code !== 0) problems.push(`ended with ${code}`);
  const halves = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.new'));
  if (halves.length > 0) problems.push(`left ${halves}`);
  const db = openDatabase(dataDir);
  const [{ integrity_check: integrity }] = await db.writer.raw('pragma integrity_check');
  if (integrity !== 'ok') problems.push(`integrity_check: ${integrity}`);
  const twice = await db.writer('migrations').groupBy('name').havingRaw('count(*) > 1').pluck('name');
  if (twice.length > 0 || (await pendingMigrations(db)).length > 0) problems.push('not each migration was done once');
  await db.close();
  return problems;
}
