import { findActions } from '../src/audit/event-list.ts';
import { openDatabase } from '../src/db/database.ts';
import { limitsAt, ms } from './budget.ts';
import type { BenchData } from './data.ts';
import type { MeasuredView } from './measurements.ts';
import { Load, startApp, startFloor } from './processes.ts';
import { Bench, type Effort } from './rounds.ts';
import type { View } from './views.ts';
import { Visitor } from './visitor.ts';

const LISTS = ['/groups', '/contacts', '/audit', '/invitations'];
/** What an audit of some years is asked. */
const DAYS = 'from=2022-03-01&to=2022-03-31';
/** What many have, one letter, two words, and what nobody has. */
const SEARCHES = ['mar', 'z', 'anna+b', 'qqqq'];

/** Groups, contacts, audit and invitations: each as it opens, with each of its searches, and whatever one of its own links leads to. */
export async function listsBesideBudget(
  { folder, administrator }: BenchData,
  users: number,
  effort: Effort,
  say: (what: string) => void,
): Promise<string> {
  // After it was made beside no server, the file is read through once.
  await (await startApp(folder)).stop();
  const app = await startApp(folder);
  const floor = await startFloor(folder);
  const load = new Load();
  try {
    const visitor = new Visitor(app.url);
    await visitor.signIn(administrator);
    await visitor.waitForCounts();
    for (const path of LISTS) await visitor.waitForCounts(path);
    const views: View[] = [];
    for (const path of LISTS) views.push(...(await viewsIn(visitor, path)));
    for (const query of await auditQueries(folder)) views.push(viewOf('/audit', query));
    const bench = new Bench(load, app, floor, visitor.cookie, effort);
    say(`warm up of ${views.length} views`);
    await bench.warmUp(views);
    const { longestBlock, rss } = await app.usage();
    say('each view at 1 connection');
    const measured = await bench.views(views);
    const limit = limitsAt(users).otherListP50;
    const over = measured.filter(({ figures }) => figures.p50 > limit);
    return [
      '| list | views | slowest p50 | slowest p99 |',
      '| --- | --- | --- | --- |',
      ...LISTS.map((path) => row(path, measured)),
      '',
      `Beyond ${limit} ms: ${over.map(({ path, figures }) => `\`${path}\` ${ms(figures.p50)}`).join(', ') || 'none'}.`,
      `Longest block until then ${ms(longestBlock)}, memory ${(rss / 1e6).toFixed(0)} MB.`,
    ].join('\n');
  } finally {
    load.stop();
    await Promise.all([app.stop(), floor.stop()]);
  }
}

async function viewsIn(visitor: Visitor, path: string): Promise<View[]> {
  const queries = await visitor.queriesIn(path);
  if (path !== '/audit') for (const words of SEARCHES) queries.add(`?q=${words}`);
  return ['', ...queries].map((query) => viewOf(path, query));
}

function viewOf(path: string, query: string): View {
  return { kind: 'other list', label: path, path: path + query };
}

/** Each field of its form alone, and some together: of whom many events tell, a few, and none. */
async function auditQueries(folder: string): Promise<string[]> {
  const db = openDatabase(folder);
  const names: string[] = await db.read('users').orderBy('id').limit(3).pluck('name');
  const group: string = (await db.read('groups').orderBy('id').first('name')).name;
  const actions = (await findActions(db.read)).map((action) => `action=${action}`);
  await db.close();
  const people = [...names, group, 'nobody'].flatMap((name) => [
    new URLSearchParams({ actor: name }),
    new URLSearchParams({ subject: name }),
  ]);
  const single = [...actions, ...people.map(String), DAYS];
  const together = [...actions.slice(0, 5), ...people.map(String)].flatMap((one) => [
    `${one}&${DAYS}`,
    ...(one.startsWith('action') ? [] : [`${one}&${actions[0]}`]),
  ]);
  return [...single, ...together].map((query) => `?${query}`);
}

function row(path: string, measured: MeasuredView[]): string {
  const own = measured.filter(({ label }) => label === path);
  const slowest = (by: 'p50' | 'p99') => {
    const one = own.toSorted((a, b) => b.figures[by] - a.figures[by])[0];
    return `${ms(one.figures[by])} (\`${one.path}\`)`;
  };
  return `| ${path} | ${own.length} | ${slowest('p50')} | ${slowest('p99')} |`;
}
