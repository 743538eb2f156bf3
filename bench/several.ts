import { availableParallelism, loadavg } from 'node:os';
import type { Administrator } from './data.ts';
import type { Job } from './load.ts';
import { Load, type Measured, startApp } from './processes.ts';
import { type Effort, median } from './rounds.ts';
import { Visitor } from './visitor.ts';

const CONNECTIONS = 16;
const LEAST_ROUNDS = 3;

interface Work {
  what: string;
  job: Omit<Job, 'url'> & { path: string; connections: number };
}

/** What several processes do a second on one database, beside one of them, in turns; all on this machine, with the database and whoever asks. */
export async function severalBesideOne(
  { folder, administrator, databaseUrl }: { folder: string; administrator: Administrator; databaseUrl: string },
  processes: number,
  effort: Effort,
  say: (what: string) => void,
): Promise<string> {
  const apps: Measured[] = [];
  const loads = Array.from({ length: processes }, () => new Load());
  try {
    while (apps.length < processes) apps.push(await startApp(folder, databaseUrl));
    const works = await worksOf(apps, administrator);
    const busy = loadavg()[0];
    const lines: string[] = [];
    for (const work of works) {
      say(work.what);
      const one: number[] = [];
      const all: number[] = [];
      for (let round = 0; round < Math.max(effort.rounds, LEAST_ROUNDS); round++) {
        one.push(await perSecond(loads, apps.slice(0, 1), work, effort.seconds));
        all.push(await perSecond(loads, apps, work, effort.seconds));
      }
      const [alone, together] = [median(one), median(all)];
      const times = (together / alone).toFixed(2);
      lines.push(`| ${work.what} | ${alone.toFixed(0)}/s | ${together.toFixed(0)}/s | ${times} × |`);
    }
    const head = [`| what | one process | ${processes} processes | |`, '| --- | --- | --- | --- |'];
    const machine = `${availableParallelism()} cores, of which others kept ${busy.toFixed(1)} busy at the beginning`;
    return [...head, ...lines, '', `On ${machine}.`].join('\n');
  } finally {
    for (const load of loads) load.stop();
    for (const app of apps) await app.stop();
  }
}

async function worksOf(apps: Measured[], administrator: Administrator): Promise<Work[]> {
  const visitor = new Visitor(apps[0].url);
  await visitor.signIn(administrator);
  for (const { url } of apps) {
    const other = new Visitor(url);
    other.cookie = visitor.cookie;
    await other.waitForCounts();
  }
  const page = (what: string, path: string): Work => ({
    what,
    job: { path, connections: CONNECTIONS, headers: { cookie: visitor.cookie }, expectedStatus: 200 },
  });
  return [
    page(`list of users, at ${CONNECTIONS} connections`, '/users'),
    page(`list with two filters, at ${CONNECTIONS} connections`, '/users?activity=active&state=stale&sort=-created'),
    page(`own access, at ${CONNECTIONS} connections`, '/credentials'),
  ];
}

/** The connections are divided among the processes, as a proxy does. */
async function perSecond(loads: Load[], apps: Measured[], { job }: Work, seconds: number): Promise<number> {
  const { path, connections, ...rest } = job;
  const each = connections / apps.length;
  const begun = performance.now();
  const figures = await Promise.all(
    apps.map(({ url }, n) => loads[n].run({ ...rest, url: url + path, connections: each, duration: seconds })),
  );
  const took = (performance.now() - begun) / 1_000;
  if (figures.some(({ failed }) => failed > 0)) throw new Error(`requests to ${path} failed`);
  return figures.reduce((sum, { answered }) => sum + answered, 0) / took;
}
