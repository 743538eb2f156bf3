import { setTimeout as sleep } from 'node:timers/promises';
import bcrypt from 'bcrypt';
import type { Administrator } from './data.ts';
import type { Measurements } from './measurements.ts';
import { Load, startApp, startFloor } from './processes.ts';
import { Bench, type Effort, median } from './rounds.ts';
import { largestGroup, someUsers, viewsOf } from './views.ts';
import { Visitor } from './visitor.ts';

/** As many as fit into one form, which holds a thousand fields. */
const SELECTED = 990;

/** Measures the program and the floor side by side, a round of each after the other, and takes the median of the rounds. */
export async function measure(
  { folder, administrator, databaseUrl }: { folder: string; administrator: Administrator; databaseUrl?: string },
  effort: Effort,
  say: (what: string) => void,
): Promise<Measurements> {
  const views = await viewsOf(folder);
  say('start');
  // After it was made or migrated beside a server, the file is read through once.
  const before = await startApp(folder, databaseUrl);
  const waiting = new Visitor(before.url);
  await waiting.signIn(administrator);
  await before.stop();
  const starts: Measurements['start'][] = [];
  const started = async () => {
    const server = await startApp(folder, databaseUrl);
    const list = server.startedIn + (await waiting.at(server.url).timeOf('/users'));
    starts.push({ signIn: server.startedIn, list });
    return server;
  };
  for (let n = 1; n < effort.rounds; n++) await (await started()).stop();
  const began = performance.now();
  const app = await started();
  const floor = await startFloor(folder);
  const load = new Load();
  try {
    const visitor = new Visitor(app.url);
    await visitor.signIn(administrator);
    await visitor.waitForCounts();
    const counted = performance.now() - began;
    const loading = (await app.usage()).longestBlock;
    const sheet = await visitor.sheetOf('group', 'deactivate', [await largestGroup(folder)]);
    views.push({ kind: 'group', label: 'what deactivating it does', path: sheet });
    const idle = (await app.usage()).rss;
    const bench = new Bench(load, app, floor, visitor.cookie, effort);
    say('warm up');
    await bench.warmUp(views);
    say('list at 16 connections, beside the floor');
    const cpu = await bench.cpuPerRequest(views);
    const throughput = await bench.throughput(views.filter(({ kind }) => ['sort', 'cursor', 'leafing'].includes(kind)));
    const pages = (await app.usage()).longestBlock;
    say('memory, after a while');
    await sleep(effort.rest * 1000);
    const after = (await app.usage()).rss;
    say('each view at 1 connection');
    const measured = await bench.views(views);
    say('swap beside page');
    const swap = await bench.swap();
    const lookedAt = (await app.usage()).longestBlock;
    say('1,000 selected');
    // The first sign-in is too long ago by now to change so many without being asked for the password again.
    const back = new Visitor(app.url);
    await back.signIn(administrator);
    const thousand = await timeBulk(back, await someUsers(folder, SELECTED), effort.rounds * 2);
    const bulk = (await app.usage()).longestBlock;
    say('sign-in');
    const signIn = await timeSignIn(app.url, administrator, effort.rounds * 3);
    say('list during a storm of sign-ins');
    const storm = await bench.storm(await new Visitor(app.url).signInForm());
    const { rssWorst, longestBlock: signingIn } = await app.usage();
    return {
      views: measured,
      throughput,
      cpu,
      swap,
      thousand,
      signIn,
      storm,
      start: { signIn: median(starts.map(({ signIn }) => signIn)), list: median(starts.map(({ list }) => list)) },
      counted,
      memory: { idle, after, worst: rssWorst },
      blocks: {
        'reading the index': loading,
        'pages at 16 connections': pages,
        'each view': lookedAt,
        '1,000 selected': bulk,
        'sign-ins': signingIn,
      },
      markup: await visitor.markupOf('/users'),
      weight: { list: await visitor.weightOf('/users'), signIn: await new Visitor(app.url).weightOf('/session/new') },
    };
  } finally {
    load.stop();
    await Promise.all([app.stop(), floor.stop()]);
  }
}

async function timeBulk(visitor: Visitor, ids: number[], times: number): Promise<number> {
  const took: number[] = [];
  for (let n = 0; n < times; n++) took.push(await visitor.confirmAccessOf(ids));
  return median(took);
}

/** Signing in beside a hash of the same cost, one after the other. */
async function timeSignIn(url: string, administrator: Administrator, times: number): Promise<Measurements['signIn']> {
  const hashes: number[] = [];
  const signIns: number[] = [];
  for (let n = 0; n < times; n++) {
    const start = performance.now();
    await bcrypt.hash('a password of the usual length', 12);
    hashes.push(performance.now() - start);
    signIns.push(await new Visitor(url).signIn(administrator));
  }
  return { hash: median(hashes), signIn: median(signIns) };
}
