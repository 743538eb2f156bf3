import { setTimeout as sleep } from 'node:timers/promises';
import { ms } from './budget.ts';
import type { Administrator } from './data.ts';
import { type Deed, draftOf, operationHouse, undoOf, Watched } from './operation-house.ts';
import { Others, type Waited } from './others.ts';
import { type Measured, startApp } from './processes.ts';
import type { Effort } from './rounds.ts';
import { setWise } from './set-wise.ts';
import { Visitor } from './visitor.ts';

/** It is compared with the bare SQL, beside all crowds. */
const DEACTIVATING: Deed = { action: 'deactivate' };
/** What else is done, behind it and beside one browser: it is taken back, and something is done by the verb of forms. */
const TAGGING: Deed = { action: 'add-tag', choices: { tag: 'measured' } };
const HUNDRED_THOUSAND = 100_000;
/** Whose indexes are read after a start. */
const LISTS = ['/users', '/contacts', '/groups', '/invitations'];
/** How often it is looked whether it is over, in milliseconds; and with each how many of these the page of whoever began it asks, as it does by itself. */
const LOOK = 25;
const PROGRESS_EVERY = 40;

/** Who looks at pages meanwhile. */
interface Crowd {
  label: string;
  many: number;
  /** Between two pages of one of them, in milliseconds. */
  pause: number;
}

const CROWDS: Crowd[] = [
  { label: 'nobody else', many: 0, pause: 0 },
  { label: 'one browser', many: 1, pause: 20 },
  { label: '4 connections', many: 4, pause: 0 },
];

interface Ran {
  label: string;
  users: number;
  crowd: Crowd;
  seconds: number;
  changed: number;
  waited: Map<string, Waited>;
  longestBlock: number;
  /** Milliseconds of processor time, with what others asked for. */
  cpu: number;
  rss: { before: number; most: number; after: number };
  bare?: number;
}

/** What a large operation takes, and what others wait meanwhile, beside the bare SQL of the same change. */
export async function operationBesideSql(
  { folder, administrator }: { folder: string; administrator: Administrator },
  users: number,
  effort: Effort,
  say: (what: string) => void,
): Promise<string> {
  const runs: Ran[] = [];
  for (const size of [Math.min(users, HUNDRED_THOUSAND), ...(users > HUNDRED_THOUSAND ? [users] : [])])
    for (const crowd of effort.rounds === 1 ? CROWDS.slice(1, 2) : CROWDS) {
      say(`${size.toLocaleString('en')} beside ${crowd.label}`);
      runs.push(...(await run(folder, administrator, size, crowd, effort)));
    }
  return table(runs);
}

async function run(
  from: string,
  administrator: Administrator,
  users: number,
  crowd: Crowd,
  effort: Effort,
): Promise<Ran[]> {
  const bare = await bareTime(from, administrator, users);
  const house = operationHouse(from);
  const { folder } = house;
  const path = await draftOf(folder, administrator, DEACTIVATING, users);
  const app = await startApp(folder);
  try {
    const visitor = new Visitor(app.url);
    await visitor.signIn(administrator);
    // What is read of other lists meanwhile would count as memory of the operation.
    for (const list of LISTS) await visitor.waitForCounts(list);
    const ran = async (label: string, one: string): Promise<Ran> => ({
      label,
      users,
      crowd,
      ...(await measured(app, visitor, { folder, path: one, users, crowd, effort })),
    });
    const first = { ...(await ran('deactivating', path)), bare };
    if (crowd.many !== 1) return [first];
    const undone = await ran('taking that back', await undoOf(folder, administrator, path));
    return [first, undone, await ran('a tag', await draftOf(folder, administrator, TAGGING, users))];
  } finally {
    await app.stop();
    house.forget();
  }
}

interface Running {
  folder: string;
  path: string;
  users: number;
  crowd: Crowd;
  effort: Effort;
}

async function measured(
  app: Measured,
  visitor: Visitor,
  { folder, path, users, crowd, effort: { rest } }: Running,
): Promise<Omit<Ran, 'label' | 'users' | 'crowd' | 'bare'>> {
  const watched = new Watched(folder, path);
  try {
    await visitor.waitForSheet(path);
    const others = new Others(app.url, visitor.cookie, ['/users', `/users/${Math.floor(users / 2)}`]);
    await sleep(rest * 1_000);
    const before = await app.usage();
    const start = performance.now();
    await visitor.execute(path);
    others.look(crowd.many, crowd.pause);
    let most = before.rss;
    let longestBlock = 0;
    for (let n = 1; !watched.isOver; n++) {
      await sleep(LOOK);
      if (n % PROGRESS_EVERY === 0) await visitor.markupOf(path);
      const { rss, longestBlock: block } = await app.usage();
      most = Math.max(most, rss);
      longestBlock = Math.max(longestBlock, block);
    }
    const { cpu } = await app.usage();
    const seconds = (performance.now() - start) / 1_000;
    const waited = await others.leave();
    await sleep(rest * 1_000);
    const after = await app.usage();
    return {
      seconds,
      changed: watched.changed,
      waited,
      longestBlock,
      cpu: cpu - before.cpu,
      rss: { before: before.rss, most, after: after.rss },
    };
  } finally {
    watched.close();
  }
}

async function bareTime(from: string, administrator: Administrator, users: number): Promise<number> {
  const house = operationHouse(from);
  try {
    return setWise(house.folder, await draftOf(house.folder, administrator, DEACTIVATING, users));
  } finally {
    house.forget();
  }
}

function table(runs: Ran[]): string {
  return [
    '| | of the first | beside | changed | time | processor | of the bare SQL | list: p50, p99, most | record: p50, p99, most | longest block | memory before, at most, after |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...runs.map(({ label, users, crowd, seconds, changed, waited, longestBlock, cpu, rss, bare }) => {
      const [list, record] = [...waited.values(), undefined, undefined].map(inWords);
      const memory = [rss.before, rss.most, rss.after].map((bytes) => (bytes / 1e6).toFixed(0)).join(', ');
      const times =
        bare === undefined ? '' : `${((seconds * 1_000) / bare).toFixed(1)} × ${(bare / 1_000).toFixed(2)} s`;
      const numbers = [users, changed].map((number) => number.toLocaleString('en'));
      return `| ${label} | ${numbers[0]} | ${crowd.label} | ${numbers[1]} | ${seconds.toFixed(1)} s | ${(cpu / 1_000).toFixed(1)} s | ${times} | ${list} | ${record} | ${ms(longestBlock)} | ${memory} MB |`;
    }),
  ].join('\n');
}

function inWords(waited: Waited | undefined): string {
  return waited ? `${ms(waited.p50)}, ${ms(waited.p99)}, ${ms(waited.most)} (${waited.requests})` : '';
}
