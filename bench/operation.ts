import { setTimeout as sleep } from 'node:timers/promises';
import { ms } from './budget.ts';
import type { Administrator } from './data.ts';
import { draftOf, operationHouse, Watched } from './operation-house.ts';
import { Others, type Waited } from './others.ts';
import { startApp } from './processes.ts';
import type { Effort } from './rounds.ts';
import { setWise } from './set-wise.ts';
import { Visitor } from './visitor.ts';

const ACTION = 'deactivate';
const HUNDRED_THOUSAND = 100_000;
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
  users: number;
  crowd: Crowd;
  seconds: number;
  changed: number;
  waited: Map<string, Waited>;
  longestBlock: number;
  /** Milliseconds of processor time, with what others asked for. */
  cpu: number;
  rss: { before: number; most: number; after: number };
  bare: number;
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
      runs.push(await run(folder, administrator, size, crowd, effort));
    }
  return table(runs);
}

async function run(
  from: string,
  administrator: Administrator,
  users: number,
  crowd: Crowd,
  { rest }: Effort,
): Promise<Ran> {
  const bare = await bareTime(from, administrator, users);
  const house = operationHouse(from);
  const path = await draftOf(house.folder, administrator, ACTION, users);
  const app = await startApp(house.folder);
  const watched = new Watched(house.folder, path);
  try {
    const visitor = new Visitor(app.url);
    await visitor.signIn(administrator);
    await visitor.waitForCounts();
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
      users,
      crowd,
      seconds,
      changed: watched.changed,
      waited,
      longestBlock,
      cpu: cpu - before.cpu,
      rss: { before: before.rss, most, after: after.rss },
      bare,
    };
  } finally {
    watched.close();
    await app.stop();
    house.forget();
  }
}

async function bareTime(from: string, administrator: Administrator, users: number): Promise<number> {
  const house = operationHouse(from);
  try {
    return setWise(house.folder, await draftOf(house.folder, administrator, ACTION, users));
  } finally {
    house.forget();
  }
}

function table(runs: Ran[]): string {
  return [
    '| deactivating | beside | changed | time | processor | of the bare SQL | list: p50, p99, most | record: p50, p99, most | longest block | memory before, at most, after |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...runs.map(({ users, crowd, seconds, changed, waited, longestBlock, cpu, rss, bare }) => {
      const [list, record] = [...waited.values(), undefined, undefined].map(inWords);
      const memory = [rss.before, rss.most, rss.after].map((bytes) => (bytes / 1e6).toFixed(0)).join(', ');
      const times = `${((seconds * 1_000) / bare).toFixed(1)} × ${(bare / 1_000).toFixed(2)} s`;
      const numbers = [users, changed].map((number) => number.toLocaleString('en'));
      return `| ${numbers[0]} | ${crowd.label} | ${numbers[1]} | ${seconds.toFixed(1)} s | ${(cpu / 1_000).toFixed(1)} s | ${times} | ${list} | ${record} | ${ms(longestBlock)} | ${memory} MB |`;
    }),
  ].join('\n');
}

function inWords(waited: Waited | undefined): string {
  return waited ? `${ms(waited.p50)}, ${ms(waited.p99)}, ${ms(waited.most)} (${waited.requests})` : '';
}
