import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings } from '../src/config.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { migrate, pendingMigrations } from '../src/db/migrate.ts';
import { restore } from '../src/installation/backups/restore.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { LANDED, openLanded } from '../test/migrations/landed.ts';
import { contentOf, schemaOf } from '../test/migrations/snapshot.ts';
import { Client } from './client.ts';
import { type Fault, met, told } from './fault.ts';
import { serverProcess, startServer } from './server-process.ts';

const ROUNDS = 30;
/** So many contacts and users as many again, so that an upgrade takes a while. */
const CROWD = 3_000;
const LONGEST_UPGRADE = 400;
/** With the backup before it. */
const LONGEST_WITH_BACKUP = 1_800;
const READY_WITHIN = 30_000;
/** The backup before an upgrade takes longer than the upgrade, and the kill would always meet it instead. */
const NO_BACKUP = { DAILY_BACKUPS: '0' };

export const upgradeCrashFault: Fault = {
  name: 'F15',
  title: 'SIGKILL while old data is upgraded',
  async run({ rounds = ROUNDS }) {
    const { stoppedHalfWay, problems } = await upgradeCrashes(rounds);
    return [
      told('kills, over schemas', `${rounds}, ${Math.min(rounds, LANDED.length)}`),
      told('of which with some migrations done and some not', String(stoppedHalfWay)),
      met(
        'not completed by the next start, or other than an upgrade that nothing stopped',
        problems.length === 0 ? '0' : problems.join('; '),
        '0',
        problems.length === 0,
      ),
    ];
  },
};

export const upgradeBackupCrashFault: Fault = {
  name: 'F15-backup',
  title: 'SIGKILL while old data is backed up and upgraded, of the server alone or of both processes',
  async run({ rounds = ROUNDS }) {
    const { stoppedHalfWay, beforeTheUpgrade, problems } = await upgradeCrashes(rounds, Math.random, true);
    return [
      told('kills', `${rounds}, of which ${beforeTheUpgrade} before any migration and ${stoppedHalfWay} among them`),
      met(
        'not completed by the next start, without a whole backup, or with more than that beside it',
        problems.length === 0 ? '0' : problems.join('; '),
        '0',
        problems.length === 0,
      ),
    ];
  },
};

export interface UpgradeReport {
  beforeTheUpgrade: number;
  stoppedHalfWay: number;
  problems: string[];
}

/**
 * F15: data of an earlier version is upgraded by a start that is killed at a random moment; the next start has to complete
 * it by itself, to the same schema and people as an upgrade that nothing stopped.
 */
export async function upgradeCrashes(
  rounds: number,
  random: () => number = Math.random,
  withBackup = false,
): Promise<UpgradeReport> {
  const report: UpgradeReport = { beforeTheUpgrade: 0, stoppedHalfWay: 0, problems: [] };
  const longest = withBackup ? LONGEST_WITH_BACKUP : LONGEST_UPGRADE;
  const settings: Record<string, string> = withBackup ? {} : NO_BACKUP;
  for (let round = 0; round < rounds; round++) {
    const landed = LANDED[round % LANDED.length];
    const folder = mkdtempSync(join(tmpdir(), 'roster-upgrade-crash-'));
    try {
      const expected = await upgradedInPeace(landed, join(folder, 'peace'));
      const dataDir = join(folder, 'killed');
      await (await openCrowded(landed, dataDir)).close();
      withSecrets(readSettings({ DATA_DIR: dataDir }, ''));
      const total = await pendingIn(dataDir);
      await killWhileUpgrading({ DATA_DIR: dataDir, ...settings }, random() * longest, round % 2 === 0);
      const left = await pendingIn(dataDir);
      if (left === total) report.beforeTheUpgrade++;
      if (left > 0 && left < total) report.stoppedHalfWay++;
      for (const problem of await problemsAfterStart({ DATA_DIR: dataDir, ...settings }, expected))
        report.problems.push(`${landed}: ${problem}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return report;
}

async function openCrowded(landed: string, dataDir: string): Promise<Database> {
  const db = await openLanded(landed, dataDir);
  const crowd = `with recursive n(n) as (select 1 union all select n + 1 from n where n < ${CROWD})`;
  await db.writer.raw(`insert into contacts (kind, name, sort_name, email, created_at) ${crowd}
    select 'person', 'Person ' || n, 'person ' || n, 'Jürgen' || n || '@example.com', '2026-10-01T08:00:00.000Z' from n`);
  await db.writer.raw(`insert into users (name, name_key, sort_name, email, email_key, search_text, created_at) ${crowd}
    select 'user' || n, 'user' || n, 'user' || n, 'u' || n || '@example.com', 'u' || n || '@example.com', 'user' || n,
      '2026-10-01T08:00:00.000Z' from n`);
  return db;
}

type Outcome = Record<'schema' | 'content', Record<string, unknown>>;

async function upgradedInPeace(landed: string, dataDir: string): Promise<Outcome> {
  const db = await openCrowded(landed, dataDir);
  await migrate(db);
  return outcomeOf(db);
}

async function outcomeOf(db: Database): Promise<Outcome> {
  // A server writes what it is asked to, prunes what has ended, and notes what it was started with.
  const {
    heartbeat: _heartbeat,
    sessions: _sessions,
    secret_fingerprints: _fingerprints,
    server_settings: _settings,
    ...content
  } = await contentOf(db.writer);
  const outcome = { schema: await schemaOf(db.writer), content };
  await db.close();
  return outcome;
}

async function pendingIn(dataDir: string): Promise<number> {
  const db = openDatabase(dataDir);
  const pending = await pendingMigrations(db);
  await db.close();
  return pending.length;
}

/** Kills it so many milliseconds after it opened the data, with the process that makes the backup or without. */
async function killWhileUpgrading(
  settings: Record<'DATA_DIR', string>,
  after: number,
  withChildren: boolean,
): Promise<void> {
  const { child, exited } = serverProcess(settings);
  while (!existsSync(join(settings.DATA_DIR, 'roster.sqlite-wal')) && child.exitCode === null) await sleep(1);
  await sleep(after);
  const children = withChildren ? childrenOf(child.pid!) : [];
  child.kill('SIGKILL');
  for (const pid of children) process.kill(pid, 'SIGKILL');
  await exited;
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

async function problemsAfterStart(settings: Record<'DATA_DIR', string>, expected: Outcome): Promise<string[]> {
  const { DATA_DIR: dataDir } = settings;
  const problems: string[] = [];
  const server = await startServer(settings);
  if (!(await isHealthy(new Client(server.url)))) problems.push('did not become healthy');
  server.child.kill('SIGTERM');
  await server.exited;
  const db = openDatabase(dataDir);
  const [{ integrity_check: integrity }] = await db.writer.raw('pragma integrity_check');
  if (integrity !== 'ok') problems.push(`integrity_check: ${integrity}`);
  const twice = await db.writer('migrations').groupBy('name').havingRaw('count(*) > 1').pluck('name');
  if (twice.length > 0) problems.push(`done twice: ${twice}`);
  const found = await outcomeOf(db);
  for (const part of ['schema', 'content'] as const)
    for (const name of new Set([...Object.keys(expected[part]), ...Object.keys(found[part])]))
      if (JSON.stringify(found[part][name]) !== JSON.stringify(expected[part][name]))
        problems.push(`${part} of ${name} differs`);
  return [...problems, ...(await leftBeside(dataDir))];
}

/** A backup whose server was killed alone is made to its end; then nothing but whole ones may lie there. */
async function leftBeside(dataDir: string): Promise<string[]> {
  const odd = () => [
    ...readdirSync(dataDir).filter((name) => !EXPECTED.includes(name)),
    ...readdirSync(join(dataDir, 'backups')).filter((name) => !/^before-.*\.tar\.gz$/.test(name)),
  ];
  if (!existsSync(join(dataDir, 'backups'))) return [];
  for (const begun = Date.now(); odd().length > 0 && Date.now() < begun + READY_WITHIN; ) await sleep(50);
  const problems = odd().map((name) => `${name} was left`);
  const backups = readdirSync(join(dataDir, 'backups')).filter((name) => name.startsWith('before-'));
  for (const name of backups) {
    const place = join(dataDir, '..', 'restored', name);
    await restore(readSettings({ DATA_DIR: place }, ''), join(dataDir, 'backups', name), false).catch((error) =>
      problems.push(`${name}: ${error.message}`),
    );
  }
  return backups.length === 0 ? [...problems, 'no backup was made'] : problems;
}

/** In DATA_DIR, when it is closed. */
const EXPECTED = [
  'backups',
  'closed',
  'reserve',
  'roster.sqlite',
  'roster.sqlite-shm',
  'roster.sqlite-wal',
  'secrets',
  'server.lock',
];

async function isHealthy(client: Client): Promise<boolean> {
  const patience = performance.now() + READY_WITHIN;
  while (performance.now() < patience) {
    if ((await client.get('/health')).status === 200) return true;
    await sleep(100);
  }
  return false;
}
