import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alice, PASSWORD, settingsOf } from './alice.ts';
import { Client } from './client.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { changeMany, changeUsers, crowd, figuresOf, Journal } from './journal.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { SmallDisk } from './small-disk.ts';

const PROGRAM = join(import.meta.dirname, '../bin/roster.ts');
const ROUNDS = 3;
/** What the data takes at most, at the beginning and with each round. */
const MEGABYTES = 64;
const PEOPLE = 1_000;
/** How long everything works before the disk is filled, and how long it stays full at least. */
const FINE_FOR = 2_000;
const FULL_FOR = 6_000;
const LOOK_EVERY = 100;
const SOON = 5_000;
const BANNER_WITHIN = 20_000;
const BANNER_PATIENCE = 25_000;

/** F3: fills the disk under a server that is at work, makes room again, and starts it on a full disk at last. */
export const diskFullFault: Fault = {
  name: 'F3',
  title: 'the disk is full during single changes, bulk operations, sign-ins, sign-outs and backups',
  async run({ rounds = ROUNDS }) {
    const disk = new SmallDisk((1 + rounds) * MEGABYTES);
    const dataDir = join(disk.folder, 'data');
    mkdirSync(dataDir);
    const running: ServerProcess[] = [];
    const start = async () => {
      const server = await startServer(settingsOf(dataDir));
      running.push(server);
      return server;
    };
    try {
      const journal = new Journal();
      const work = await beginWork(await start(), dataDir, journal);
      const found = emptyFindings();
      for (let round = 0; round < rounds; round++) await fillOnce(disk, work, found);
      await work.stop();
      const starting = await startWhenFull(disk, work.reader, running, start);
      return [
        told('times that it was full, changes acknowledged', `${rounds}, ${journal.acknowledged}`),
        met('changes refused', String(journal.refused), 'some', journal.refused > 0),
        ...seenWhenFull(found, work.pages),
        ...starting,
        ...(await figuresOf(dataDir, journal)),
      ];
    } finally {
      for (const { child } of running) child.kill('SIGKILL');
      disk.unmount();
    }
  },
};

/** What is done all the time, whatever becomes of the disk. */
interface Work {
  url: string;
  reader: Client;
  journal: Journal;
  /** Pages that were not shown, of so many. */
  pages: { shown: number; problems: string[] };
  stop(): Promise<void>;
}

async function beginWork({ url }: ServerProcess, dataDir: string, journal: Journal): Promise<Work> {
  const ids = await crowd(dataDir, PEOPLE);
  const [one, other, many, reader] = await Promise.all(Array.from({ length: 4 }, () => alice(url)));
  const pages: Work['pages'] = { shown: 0, problems: [] };
  let isOver = false;
  const atWork = [
    changeUsers(one, journal, 'one', () => isOver),
    changeUsers(other, journal, 'other', () => isOver),
    changeMany(many, journal, ids, () => isOver),
    readPages(reader, pages, () => isOver),
  ];
  const stop = async () => {
    isOver = true;
    await Promise.all(atWork);
  };
  return { url, reader, journal, pages, stop };
}

async function readPages(client: Client, pages: Work['pages'], isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    for (const path of ['/users', '/groups', '/credentials', '/audit']) {
      const status = await client.get(path).then(
        async (response) => (await response.arrayBuffer()) && response.status,
        () => 'no answer',
      );
      if (status === 200) pages.shown++;
      else pages.problems.push(`${path} ${status}`);
    }
    await sleep(LOOK_EVERY);
  }
}

/** What came of each time that the disk was full; times in milliseconds. */
interface Findings {
  red: number[];
  green: number[];
  banner: number[];
  goesOn: number[];
  signIns: string[];
  signOuts: string[];
  backups: string[];
}

function emptyFindings(): Findings {
  return { red: [], green: [], banner: [], goesOn: [], signIns: [], signOuts: [], backups: [] };
}

async function fillOnce(disk: SmallDisk, work: Work, found: Findings): Promise<void> {
  const leaver = await alice(work.url);
  const form = new Client(work.url);
  await form.open('/session/new');
  await sleep(FINE_FOR);

  const fullAt = performance.now();
  disk.fill();
  // What a backup that failed gives back is taken as well.
  const filling = setInterval(() => disk.fill(), 20);
  const [red, banner, backup] = await Promise.all([
    untilHealth(work.url, 503, fullAt),
    untilBanner(work.reader, fullAt),
    backUp(disk),
    sleep(FULL_FOR),
  ]);
  // By now what was free inside SQLite's own files is used up as well.
  const signIn = await answerTo(form.post('/session', { identifier: 'alice', password: PASSWORD }));
  const signOut = await signOutFor(leaver);
  clearInterval(filling);

  const roomAt = performance.now();
  disk.makeRoom();
  const green = await untilHealth(work.url, 200, roomAt);
  await sleep(FINE_FOR);
  found.red.push(red);
  found.green.push(green);
  found.banner.push(banner);
  found.goesOn.push(work.journal.firstDoneAfter(roomAt));
  found.signIns.push(signIn);
  found.signOuts.push(signOut);
  found.backups.push(backup);
}

/** Milliseconds since then until /health answers so; gives up after a while. */
async function untilHealth(url: string, status: number, since: number): Promise<number> {
  while (performance.now() - since < 4 * SOON) {
    const health = await fetch(`${url}/health`);
    await health.arrayBuffer();
    if (health.status === status) return performance.now() - since;
    await sleep(LOOK_EVERY);
  }
  return Number.POSITIVE_INFINITY;
}

async function untilBanner(client: Client, since: number): Promise<number> {
  while (performance.now() - since < BANNER_PATIENCE) {
    const page = await (await client.get('/credentials')).text();
    if (page.includes('takes nothing more: the disk is full')) return performance.now() - since;
    await sleep(LOOK_EVERY);
  }
  return Number.POSITIVE_INFINITY;
}

/** How a sign-out is answered, and whether the session still lets in whoever kept its cookie. */
async function signOutFor(leaver: Client): Promise<string> {
  const { cookie } = leaver;
  const answer = await answerTo(leaver.post('/session', { _method: 'delete' }));
  const page = await fetch(`${leaver.url}/credentials`, { headers: { cookie }, redirect: 'manual' });
  return page.status === 200 ? `${answer}, and the session lives on` : answer;
}

/** What became of a backup to the same disk. */
async function backUp({ folder }: SmallDisk): Promise<string> {
  const file = join(folder, 'backup.tar.gz');
  const child = spawn(process.execPath, [PROGRAM, 'backup', file], {
    env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data') },
    stdio: 'ignore',
  });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code === 0) return 'made';
  return existsSync(file) ? 'by halves' : 'refused';
}

/** The status of an answer, or why there was none. */
function answerTo(request: Promise<Response>): Promise<string> {
  return request.then(
    ({ status }) => String(status),
    (error) => error.message,
  );
}

function seenWhenFull(found: Findings, pages: Work['pages']): Figure[] {
  return [
    met(
      `pages shown meanwhile, and not`,
      `${pages.shown}, ${[...new Set(pages.problems)].join('; ') || 0}`,
      'all',
      pages.problems.length === 0,
    ),
    each('a sign-in meanwhile', found.signIns, ['503', '303']),
    each('a sign-out meanwhile, and its session', found.signOuts, ['303']),
    each('a backup meanwhile', found.backups, ['refused']),
    within('/health is red after at most', found.red, SOON),
    within('administrators are told on every page after at most', found.banner, BANNER_WITHIN),
    within('with room again: /health is green after at most', found.green, SOON),
    within('with room again: the next change is made after at most', found.goesOn, SOON),
  ];
}

function each(what: string, answers: string[], allowed: string[]): Figure {
  return met(
    what,
    answers.join(', '),
    `each ${allowed.join(' or ')}`,
    answers.every((answer) => allowed.includes(answer)),
  );
}

function within(what: string, milliseconds: number[], limit: number): Figure {
  const slowest = Math.max(...milliseconds);
  const measured = Number.isFinite(slowest) ? `${Math.round(slowest)} ms` : 'not at all';
  return met(what, measured, `< ${limit / 1_000} s`, slowest < limit);
}

/** The ways to end a server before it has to start on a full disk. */
const ENDS: { after: string; signal: NodeJS.Signals; isFull: boolean; code: number | null }[] = [
  { after: 'a stop on the full disk', signal: 'SIGTERM', isFull: true, code: 0 },
  { after: 'a stop before it was full', signal: 'SIGTERM', isFull: false, code: 0 },
  { after: 'SIGKILL', signal: 'SIGKILL', isFull: true, code: null },
];

/** Ends the server in each way, fills what that gave back, starts it and reads a page; makes room at last. */
async function startWhenFull(
  disk: SmallDisk,
  reader: Client,
  running: ServerProcess[],
  start: () => Promise<ServerProcess>,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { after, signal, isFull, code } of ENDS) {
    if (isFull) disk.fill();
    else disk.makeRoom();
    const ended = await end(running.at(-1)!, signal);
    disk.fill();
    const shown = await answerTo(start().then(({ url }) => pageOf(url, reader)));
    const what = `started on a full disk, after ${after}: its exit code, then a page`;
    figures.push(met(what, `${ended}, ${shown}`, `${code}, 200`, ended === code && shown === '200'));
  }
  disk.makeRoom();
  const fields = { name: 'last', email: 'last@example.com', access: 'copy', tags: 'fault' };
  const made = await answerTo(reader.post('/users', fields));
  await end(running.at(-1)!, 'SIGTERM');
  return [...figures, met('then, with room again, a change', made, '303', made === '303')];
}

async function end({ child, exited }: ServerProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  return (await exited).code;
}

function pageOf(url: string, reader: Client): Promise<Response> {
  reader.url = url;
  return reader.get('/users');
}
