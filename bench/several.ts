import { availableParallelism, loadavg } from 'node:os';
import type { Administrator } from './data.ts';
import { Load, type Measured, startApp } from './processes.ts';
import { type Effort, median } from './rounds.ts';
import { Visitor } from './visitor.ts';

const CONNECTIONS = 16;
const LEAST_ROUNDS = 3;

interface Work {
  what: string;
  path: string;
}

const WORKS: Work[] = [
  { what: `list of users, at ${CONNECTIONS} connections`, path: '/users' },
  {
    what: `list with two filters, at ${CONNECTIONS} connections`,
    path: '/users?activity=active&state=stale&sort=-created',
  },
  { what: `own access, at ${CONNECTIONS} connections`, path: '/credentials' },
];

/** A process, and the session of whoever asks it. */
interface Asked {
  url: string;
  cookie: string;
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
    const asked = await signedIn(apps, administrator);
    const busy = loadavg()[0];
    const lines: string[] = [];
    for (const work of WORKS) {
      say(work.what);
      const one: number[] = [];
      const all: number[] = [];
      for (let round = 0; round < Math.max(effort.rounds, LEAST_ROUNDS); round++) {
        one.push(await perSecond(loads, asked.slice(0, 1), work, effort.seconds));
        all.push(await perSecond(loads, asked, work, effort.seconds));
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

/** At each by itself: a session has another name at another port. */
async function signedIn(apps: Measured[], administrator: Administrator): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const { url } of apps) {
    const visitor = new Visitor(url);
    await visitor.signIn(administrator);
    await visitor.waitForCounts();
    asked.push({ url, cookie: visitor.cookie });
  }
  return asked;
}

/** The connections are divided among the processes, as a proxy does. */
async function perSecond(loads: Load[], asked: Asked[], { path }: Work, seconds: number): Promise<number> {
  const connections = CONNECTIONS / asked.length;
  const begun = performance.now();
  const figures = await Promise.all(
    asked.map(({ url, cookie }, n) =>
      loads[n].run({ url: url + path, connections, headers: { cookie }, expectedStatus: 200, duration: seconds }),
    ),
  );
  const took = (performance.now() - begun) / 1_000;
  if (figures.some(({ failed }) => failed > 0)) throw new Error(`requests to ${path} failed`);
  return figures.reduce((sum, { answered }) => sum + answered, 0) / took;
}
