import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { DATABASE_FILE } from '../src/db/sqlite/database-files.ts';
import { alice, settingsOf } from './alice.ts';
import type { Client } from './client.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { type Change, changeMany, changeUsers, crowd, figuresOf, Journal } from './journal.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const PEOPLE = 100;
const WORKERS = 4;
/** How long another process holds the write lock; Roster waits for five seconds. */
const HOLDS = [1, 4, 30];
const PATIENCE = 5;
/** A request that ran out of patience may have stood behind others. */
const LATEST_REFUSAL = 7_000;
const SNAPSHOT = 20;
const QUIET = 1_000;
const LOOK_EVERY = 50;
const SLOWEST_HEALTH = 200;
const BEGUN_ANEW_WITHIN = 10_000;

/** F12: another process holds the write lock, then a snapshot of the database, while the server is at work. */
export const busyFault: Fault = {
  name: 'F12',
  title: 'another process holds the write lock, then a snapshot, while users are changed',
  async run({ seconds = SNAPSHOT }) {
    const folder = mkdtempSync(join(tmpdir(), 'roster-busy-'));
    let server: ServerProcess | undefined;
    try {
      server = await startServer(settingsOf(folder));
      const work = await beginWork(server.url, folder);
      const figures: Figure[] = [];
      for (const hold of HOLDS) figures.push(...(await holdLock(work, hold)));
      figures.push(...(await holdSnapshot(work, seconds)));
      await work.stop();
      server.child.kill('SIGTERM');
      await server.exited;
      const { acknowledged, refused } = work.journal;
      return [
        told('changes acknowledged and refused, in all', `${acknowledged}, ${refused}`),
        ...figures,
        ...(await figuresOf(folder, work.journal)),
      ];
    } finally {
      server?.child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Work {
  url: string;
  /** The database, which others may open too. */
  file: string;
  reader: Client;
  journal: Journal;
  stop(): Promise<void>;
}

async function beginWork(url: string, folder: string): Promise<Work> {
  const ids = await crowd(folder, PEOPLE);
  const journal = new Journal();
  const [writer, reader] = [await alice(url), await alice(url)];
  // Whoever watches has asked before.
  await (await fetch(`${url}/health`)).arrayBuffer();
  let isOver = false;
  const atWork = [
    changeMany(writer, journal, ids, () => isOver),
    ...Array.from({ length: WORKERS }, (_, n) => changeUsers(writer, journal, `w${n}`, () => isOver)),
  ];
  const stop = async () => {
    isOver = true;
    await Promise.all(atWork);
  };
  return { url, file: join(folder, DATABASE_FILE), reader, journal, stop };
}

async function holdLock(work: Work, seconds: number): Promise<Figure[]> {
  await sleep(QUIET);
  const other = new BetterSqlite(work.file);
  other.exec('begin immediate');
  const heldAt = performance.now();
  const watching = watch(work, seconds * 1_000);
  await sleep(seconds * 1_000);
  other.exec('rollback');
  const releasedAt = performance.now();
  other.close();
  const watched = await watching;
  await sleep(2 * QUIET);
  const meanwhile = work.journal.changes.filter(({ sentAt, answeredAt }) => answeredAt > heldAt && sentAt < releasedAt);
  const what = `write lock held for ${seconds} s`;
  return [
    ...(seconds <= PATIENCE ? waited(what, meanwhile) : refusedInTime(what, meanwhile, { heldAt, releasedAt })),
    quick(`${what}: slowest answer of /health meanwhile, of ${watched.health.length}`, watched.health),
    told(`${what}: pages meanwhile, the slowest`, `${watched.pages.length}, ${slowest(watched.pages)} ms`),
    soon(`${what}: next change after it was released`, work.journal.firstDoneAfter(releasedAt)),
  ];
}

function waited(what: string, changes: Change[]): Figure[] {
  const refused = changes.filter(({ isDone }) => !isDone).length;
  return [
    told(`${what}: changes that had to wait, the longest`, `${changes.length}, ${slowest(changes.map(duration))} ms`),
    met(`${what}: of them refused`, String(refused), '0', refused === 0 && changes.length > 0),
  ];
}

function refusedInTime(what: string, changes: Change[], held: { heldAt: number; releasedAt: number }): Figure[] {
  const refused = changes.filter(({ isDone }) => !isDone).map(duration);
  // What was sent before may have been done before, and answered a moment later.
  const early = changes.filter(
    ({ isDone, sentAt, answeredAt }) => isDone && sentAt > held.heldAt && answeredAt < held.releasedAt,
  ).length;
  return [
    met(
      `${what}: refused, after at most`,
      `${refused.length}, ${slowest(refused)} ms`,
      `some, < ${LATEST_REFUSAL / 1_000} s`,
      refused.length > 0 && Math.max(...refused) < LATEST_REFUSAL,
    ),
    met(`${what}: said to be done meanwhile`, String(early), '0', early === 0),
  ];
}

/** A reader that stays keeps the log from being begun anew, so it grows. */
async function holdSnapshot(work: Work, seconds: number): Promise<Figure[]> {
  const other = new BetterSqlite(work.file, { readonly: true });
  other.exec('begin');
  other.prepare('select count(*) from users').get();
  const heldAt = performance.now();
  const watching = watch(work, seconds * 1_000);
  await sleep(seconds * 1_000);
  other.exec('commit');
  const leftAt = performance.now();
  const grown = logOf(other);
  while (performance.now() - leftAt < BEGUN_ANEW_WITHIN && logOf(other).log >= grown.log) await sleep(LOOK_EVERY);
  const took = performance.now() - leftAt;
  const isBegunAnew = logOf(other).log < grown.log;
  other.close();
  const watched = await watching;
  const meanwhile = work.journal.changes.filter(({ sentAt, answeredAt }) => sentAt > heldAt && answeredAt < leftAt);
  const refused = meanwhile.filter(({ isDone }) => !isDone).length;
  const what = `snapshot held for ${seconds} s`;
  return [
    met(
      `${what}: changes meanwhile, refused`,
      `${meanwhile.length}, ${refused}`,
      'some, 0',
      meanwhile.length > 0 && refused === 0,
    ),
    told(`${what}: slowest answer of /health meanwhile, beside bulk operations`, `${slowest(watched.health)} ms`),
    told(`${what}: pages of the log when it ended, of which in the database`, `${grown.log}, ${grown.checkpointed}`),
    met(
      `${what}: log all in the database and begun anew`,
      isBegunAnew ? `after ${Math.round(took)} ms` : 'no',
      `< ${BEGUN_ANEW_WITHIN / 1_000} s`,
      isBegunAnew,
    ),
  ];
}

function logOf(connection: BetterSqlite.Database): { log: number; checkpointed: number } {
  const [row] = connection.pragma('wal_checkpoint(noop)') as { log: number; checkpointed: number }[];
  return row;
}

/** How long /health and pages of administrators took, in milliseconds. */
interface Watched {
  health: number[];
  pages: number[];
}

async function watch({ url, reader }: Work, milliseconds: number): Promise<Watched> {
  const watched: Watched = { health: [], pages: [] };
  const until = performance.now() + milliseconds;
  const looking = async (times: number[], look: () => Promise<Response>) => {
    while (performance.now() < until) {
      const start = performance.now();
      await (await look()).arrayBuffer();
      times.push(performance.now() - start);
      await sleep(LOOK_EVERY);
    }
  };
  await Promise.all([
    looking(watched.health, () => fetch(`${url}/health`)),
    looking(watched.pages, () => reader.get('/users')),
  ]);
  return watched;
}

function duration({ sentAt, answeredAt }: Change): number {
  return answeredAt - sentAt;
}

function slowest(milliseconds: number[]): number {
  return Math.round(Math.max(0, ...milliseconds));
}

function quick(what: string, milliseconds: number[]): Figure {
  const most = slowest(milliseconds);
  return met(what, `${most} ms`, `< ${SLOWEST_HEALTH} ms`, milliseconds.length > 0 && most < SLOWEST_HEALTH);
}

function soon(what: string, milliseconds: number): Figure {
  return met(what, `${Math.round(milliseconds)} ms`, '< 1 s', milliseconds < 1_000);
}
