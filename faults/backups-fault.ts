import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { restore } from '../src/installation/backups/restore.ts';
import { compareOperation, seedUsers } from './bulk-crash.ts';
import { Client } from './client.ts';
import { type Fault, met, told } from './fault.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { percentile } from './statistics.ts';

const PASSWORD = 'seven brown kettles sing';
const ROUNDS = 30;
const USERS = 5_000;
const PROGRAM = join(import.meta.dirname, '../bin/roster.ts');
/** How long pages are timed while nobody makes a backup. */
const QUIET = 10_000;
/** How many backups are made while nothing else is done. */
const ALONE = 5;

interface Work {
  operations: number;
  stop(): Promise<void>;
}

/** F13: backups made one after the other while thousands change; each is restored into a folder of its own and looked through. */
export const backupsFault: Fault = {
  name: 'F13',
  title: 'backups during bulk operations of 5,000, each restored',
  async run({ rounds = ROUNDS }) {
    const folder = mkdtempSync(join(tmpdir(), 'roster-backups-'));
    const dataDir = join(folder, 'data');
    const settings = {
      DATA_DIR: dataDir,
      ADMIN_NAME: 'alice',
      ADMIN_EMAIL: 'alice@example.com',
      ADMIN_PASSWORD: PASSWORD,
    };
    let server: ServerProcess | undefined;
    try {
      const ids = await seedUsers(dataDir, USERS);
      server = await startServer({ ...settings, DATA_DIR: dataDir });
      const client = new Client(server.url);
      await client.signIn('alice', PASSWORD);
      const quiet = await timePages(client, () => sleep(QUIET));
      const beside = await timePages(client, () => makeBackups(dataDir, join(folder, 'alone'), ALONE));
      const work = changeAll(client, ids);
      let failed: string[] = [];
      const busy = await timePages(client, async () => {
        failed = await makeBackups(dataDir, join(folder, 'busy'), rounds);
      });
      await work.stop();
      server.child.kill('SIGKILL');
      await server.exited;
      const problems = [...failed, ...(await restoreEach(join(folder, 'busy')))];
      return [
        told('backups, operations of 5,000 meanwhile', `${rounds}, ${work.operations}`),
        met('not whole, or not as at one moment', problems.join('; ') || '0', '0', problems.length === 0),
        met(
          `a page, p99: alone, and while backups are made`,
          `${p99(quiet)} ms, ${p99(beside)} ms`,
          '< 2 ×',
          p99(beside) < 2 * p99(quiet),
        ),
        told('a page during operations and backups, p99', `${p99(busy)} ms`),
      ];
    } finally {
      server?.child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function p99(times: number[]): number {
  return Math.round(percentile(times, 0.99));
}

/** Makes so many, one after the other, and returns which failed. */
async function makeBackups(dataDir: string, folder: string, rounds: number): Promise<string[]> {
  mkdirSync(folder);
  const failed: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    const code = await backUp(dataDir, join(folder, `${round}.tar.gz`));
    if (code !== 0) failed.push(`backup ${round} ended with ${code}`);
    await sleep(200);
  }
  return failed;
}

/** Deactivates and activates everybody in turn, as fast as it goes. */
function changeAll(client: Client, ids: number[]): Work {
  let isOver = false;
  const work: Work = { operations: 0, stop: async () => {} };
  const running = (async () => {
    for (let n = 0; !isOver; n++) {
      const action = n % 2 === 0 ? 'deactivate' : 'activate';
      const drafted = await client.post('/bulk-operations', { action, ids: ids.join() });
      const executed = await client.post(`${drafted.headers.get('location')}/execution`, {});
      if (executed.status !== 303) throw new Error(`an execution was answered with ${executed.status}`);
      work.operations++;
    }
  })();
  work.stop = async () => {
    isOver = true;
    await running;
  };
  return work;
}

/** How long pages took, in milliseconds, while `meanwhile` went on. */
async function timePages(client: Client, meanwhile: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      const start = performance.now();
      await (await client.get('/credentials')).arrayBuffer();
      times.push(performance.now() - start);
      await sleep(10);
    }
  })();
  await meanwhile();
  isOver = true;
  await looking;
  return times;
}

function backUp(dataDir: string, file: string): Promise<number | null> {
  const child = spawn(process.execPath, [PROGRAM, 'backup', file], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir },
    stdio: 'ignore',
  });
  return new Promise((resolve) => child.on('exit', resolve));
}

async function restoreEach(folder: string): Promise<string[]> {
  const problems: string[] = [];
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.tar.gz'))) {
    const dataDir = join(folder, `restored-${name}`);
    await restore(readSettings({ DATA_DIR: dataDir }, ''), join(folder, name), false);
    const db = openDatabase(dataDir);
    const last = await db.writer('bulk_operations').whereNotNull('executed_at').max('id as id').first();
    await db.close();
    if (last?.id) problems.push(...(await compareOperation(dataDir, last.id)).problems.map((one) => `${name}: ${one}`));
    rmSync(dataDir, { recursive: true });
  }
  return problems;
}
