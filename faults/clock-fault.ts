import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { DAY, HOUR, MINUTE, SECOND } from '../src/clock.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { Jobs } from '../src/jobs/jobs.ts';
import { PasswordHasher } from '../src/passwords/password-hasher.ts';
import { alice, PASSWORD, settingsOf } from './alice.ts';
import { Client } from './client.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { CROWD, figuresOf, Journal } from './journal.ts';
import { makePeople } from './people.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** Presets of the program. */
const LOCK_AFTER = 5;
const FIRST_LOCK = 15 * MINUTE;
const RESET_LINK = HOUR;
const WORKERS = 2;
const PEOPLE = 16;
/** How long the load goes on after each jump, in seconds. */
const PAUSE = 1;
const BANNER_WITHIN = 20_000;
/** The name of who has access until a day that most years do not have. */
const LEAP = `${CROWD}-leap`;
/** Where the clock of people changes in summer and winter. */
const ZONE = 'Europe/Berlin';

/** F10: the clock of a server at work jumps, and comes back. */
export const clockFault: Fault = {
  name: 'F10',
  title:
    'the clock jumps by +1 h, +400 d and -2 d and back, over a leap day and the changes of summer time, under load',
  async run({ seconds = PAUSE }) {
    const folder = mkdtempSync(join(tmpdir(), 'roster-clock-'));
    let server: ServerProcess | undefined;
    try {
      const settings = { ...settingsOf(folder), TZ: ZONE, DAILY_BACKUPS: '0' };
      server = await startServer(settings, { preloaded: 'turned-clock.ts' });
      const scene = new Scene(server, await peopleIn(folder), seconds * SECOND);
      const working = scene.work();
      const figures = [
        ...(await anHourAndBack(scene)),
        ...(await yearsAndBack(scene)),
        ...(await twoDaysBack(scene)),
        ...(await leapDay(scene)),
        ...(await summerTime(scene)),
      ];
      scene.isOver = true;
      await working;
      server.child.kill('SIGTERM');
      await server.exited;
      return [
        told('users created meanwhile', String(scene.journal.acknowledged)),
        ...figures,
        ...(await jobsThroughJumps()),
        ...(await figuresOf(folder, scene.journal, { allowed: /^(200|303|401|signed out)$/ })),
      ];
    } finally {
      server?.child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** People with a password, each for one lock or one link. */
async function peopleIn(folder: string): Promise<number[]> {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder);
  try {
    const hash = await new PasswordHasher(config.secrets.pepper, config.passwordCost).hash(PASSWORD);
    await makePeople({ db, config }, LEAP, 1, hash, { leavesAt: '2028-03-01T00:00:00.000Z' });
    return await makePeople({ db, config }, CROWD, PEOPLE, hash);
  } finally {
    await db.close();
  }
}

/** The server whose clock is turned, those who work with it all the time, and what can be tried. */
class Scene {
  readonly journal = new Journal();
  readonly url: string;
  isOver = false;
  private readonly child: ServerProcess['child'];
  private readonly people: number[];
  private readonly pause: number;
  private taken = 0;

  constructor({ url, child }: ServerProcess, people: number[], pause: number) {
    this.url = url;
    this.child = child;
    this.people = people;
    this.pause = pause;
  }

  /** Sets the clock so many milliseconds ahead of that of the machine, and lets the others work for a while. */
  async turn(ahead: number): Promise<void> {
    const done = once(this.child, 'message');
    this.child.send({ ahead });
    await done;
    await sleep(this.pause);
  }

  turnTo(moment: string): Promise<void> {
    return this.turn(Date.parse(moment) - Date.now());
  }

  /** Creates users all the time, and signs in again where a session has ended. */
  async work(): Promise<void> {
    await Promise.all(
      Array.from({ length: WORKERS }, async (_, worker) => {
        let client = await alice(this.url);
        for (let n = 0; !this.isOver; n++) {
          const name = `w${worker}n${n}`;
          const fields = { name, email: `${name}@example.com`, access: 'copy', tags: 'clock' };
          const made = await this.journal.change('creating', name, 'active', () => client.post('/users', fields));
          if (!made) client = await alice(this.url);
        }
      }),
    );
  }

  /** Somebody whom nobody has touched yet. */
  newcomer(): { id: number; name: string } {
    const n = this.taken++;
    return { id: this.people[n], name: `${CROWD}${n}` };
  }

  /** Somebody whose account was just locked by wrong passwords. */
  async locked(): Promise<string> {
    const { name } = this.newcomer();
    for (let n = 0; n < LOCK_AFTER; n++) await this.trySignIn(name, 'not the password at all');
    return name;
  }

  async maySignIn(name: string): Promise<boolean> {
    return (await this.trySignIn(name, PASSWORD)) === 303;
  }

  /** The path of a new link for a new password. */
  async link(): Promise<string> {
    const { id } = this.newcomer();
    const client = await alice(this.url);
    const made = await client.post(`/users/${id}/password-reset`, { channel: 'copy' });
    const page = await (await client.get(made.headers.get('location') ?? '/')).text();
    const path = /http[^"<\s]+(\/passwords\/[\w-]+)/.exec(page)?.[1];
    if (!path) throw new Error(`no link was shown: ${made.status}`);
    return path;
  }

  async opens(link: string): Promise<boolean> {
    return (await new Client(this.url).get(link)).status === 303;
  }

  /** Whether somebody can choose a password by it. */
  async uses(link: string): Promise<boolean> {
    const client = new Client(this.url);
    await client.get(link);
    await client.open('/passwords/acceptance/new');
    const password = `${PASSWORD} again`;
    return (await client.post('/passwords/acceptance', { password, repeated: password })).status === 303;
  }

  /** Whether the session of this browser still lets in. */
  async isIn(client: Client): Promise<boolean> {
    return (await client.get('/credentials')).status === 200;
  }

  private async trySignIn(identifier: string, password: string): Promise<number> {
    const client = new Client(this.url);
    await client.open('/session/new');
    return (await client.post('/session', { identifier, password })).status;
  }
}

/** What was found, a line each, beside what is right. */
function check<Name extends string>(
  what: string,
  found: Record<Name, boolean>,
  right: NoInfer<Record<Name, boolean>>,
): Figure[] {
  const word = (is: boolean) => (is ? 'yes' : 'no');
  return (Object.keys(found) as Name[]).map((name) =>
    met(`${what}: ${name}`, word(found[name]), word(right[name]), found[name] === right[name]),
  );
}

async function anHourAndBack(scene: Scene): Promise<Figure[]> {
  const session = await alice(scene.url);
  const locked = await scene.locked();
  const [expiring, consumed] = [await scene.link(), await scene.link()];
  await scene.uses(consumed);
  const before = { 'lock holds': !(await scene.maySignIn(locked)), 'link opens': await scene.opens(expiring) };
  const state = async () => ({
    'old session lets in': await scene.isIn(session),
    'locked account signs in': await scene.maySignIn(locked),
    'expired link opens': await scene.opens(expiring),
    'used link opens': await scene.opens(consumed),
  });
  const over = {
    'old session lets in': false,
    'locked account signs in': true,
    'expired link opens': false,
    'used link opens': false,
  };
  await scene.turn(HOUR + MINUTE);
  const ahead = await state();
  await scene.turn(0);
  const back = await state();
  return [
    ...check('before any jump', before, { 'lock holds': true, 'link opens': true }),
    ...check('1 h ahead: what was begun before it', ahead, over),
    ...check('and back: nothing of that revives', back, over),
    ...check(
      'and back: an administrator signs in',
      { 'signs in': await scene.isIn(await alice(scene.url)) },
      { 'signs in': true },
    ),
  ];
}

async function yearsAndBack(scene: Scene): Promise<Figure[]> {
  const refused = await scene.link();
  await scene.turn(400 * DAY);
  const opensAhead = await scene.opens(refused);
  const session = await alice(scene.url);
  const [link, locked] = [await scene.link(), await scene.locked()];
  const lettingIn = await scene.isIn(session);
  const banner = await untilBanner(session);
  await scene.turn(0);
  const back = {
    'session begun ahead lets in': await scene.isIn(session),
    'link refused ahead opens': await scene.opens(refused),
    'administrator signs in': await scene.isIn(await alice(scene.url)),
    'new link is used': await scene.uses(await scene.link()),
  };
  await scene.turn(RESET_LINK + MINUTE);
  const later = {
    'link made ahead opens': await scene.opens(link),
    'account locked ahead signs in': await scene.maySignIn(locked),
  };
  await scene.turn(0);
  return [
    ...check(
      '400 d ahead',
      { 'link of before opens': opensAhead, 'new session lets in': lettingIn },
      { 'link of before opens': false, 'new session lets in': true },
    ),
    met(
      '400 d ahead: administrators are told of it after at most',
      `${Math.round(banner)} ms`,
      `< ${BANNER_WITHIN / 1_000} s`,
      banner < BANNER_WITHIN,
    ),
    ...check('and back', back, {
      'session begun ahead lets in': false,
      'link refused ahead opens': false,
      'administrator signs in': true,
      'new link is used': true,
    }),
    ...check('and back, after the own span of what was made ahead', later, {
      'link made ahead opens': false,
      'account locked ahead signs in': true,
    }),
  ];
}

async function twoDaysBack(scene: Scene): Promise<Figure[]> {
  const session = await alice(scene.url);
  const locked = await scene.locked();
  const { id, name } = scene.newcomer();
  await (await alice(scene.url)).post(`/users/${id}/deactivation`, {});
  await scene.turn(-2 * DAY);
  const client = await alice(scene.url);
  await client.post(`/users/${id}/deactivation`, { _method: 'delete' });
  const audit = await (await client.get(`/audit?subject=${name}`)).text();
  const told = [...audit.matchAll(/\b(de)?activated/gi)].map(([word]) => word.toLowerCase());
  const found = {
    'session of before lets in': await scene.isIn(session),
    'administrator signs in': await scene.isIn(client),
    'new link is used': await scene.uses(await scene.link()),
    'lock is shorter': await scene.maySignIn(locked),
    'audit tells the later act first':
      told.indexOf('activated') !== -1 && told.indexOf('activated') < told.indexOf('deactivated'),
  };
  await scene.turn(-2 * DAY + FIRST_LOCK + MINUTE);
  const later = { 'locked account signs in': await scene.maySignIn(locked) };
  await scene.turn(0);
  return [
    ...check('2 d back', found, {
      'session of before lets in': false,
      'administrator signs in': true,
      'new link is used': true,
      'lock is shorter': false,
      'audit tells the later act first': true,
    }),
    ...check('2 d back, after the span of a lock made before', later, { 'locked account signs in': true }),
  ];
}

async function leapDay(scene: Scene): Promise<Figure[]> {
  await scene.turnTo('2028-02-28T23:59:50Z');
  const session = await alice(scene.url);
  const name = `${LEAP}0`;
  const states: Record<string, boolean> = { 'on the 28th': await scene.maySignIn(name) };
  await scene.turnTo('2028-02-29T00:00:05Z');
  const stays = await scene.isIn(session);
  states['on the 29th'] = await scene.maySignIn(name);
  await scene.turnTo('2028-03-01T00:00:05Z');
  states['on 1 March'] = await scene.maySignIn(name);
  await scene.turn(0);
  return [
    ...check('access until 29 February: signs in', states, {
      'on the 28th': true,
      'on the 29th': true,
      'on 1 March': false,
    }),
    ...check('a session over midnight to 29 February', { 'lets in': stays }, { 'lets in': true }),
  ];
}

/** People's clocks change at 01:00 UTC; nothing lasts longer or shorter by it. */
async function summerTime(scene: Scene): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [change, day] of [
    ['an hour is left out', '2026-03-29'],
    ['an hour comes twice', '2026-10-25'],
  ]) {
    const at = (minutes: number) => new Date(Date.parse(`${day}T01:00:00Z`) + minutes * MINUTE).toISOString();
    await scene.turnTo(at(-1));
    const session = await alice(scene.url);
    const [locked, link] = [await scene.locked(), await scene.link()];
    await scene.turnTo(at(12));
    const found: Record<string, boolean> = {
      'session lets in after 13 min': await scene.isIn(session),
      'lock holds after 13 min': !(await scene.maySignIn(locked)),
    };
    await scene.turnTo(at(16));
    found['lock ends after 17 min'] = await scene.maySignIn(locked);
    await scene.turnTo(at(55));
    found['link opens after 56 min'] = await scene.opens(link);
    await scene.turnTo(at(62));
    found['link opens after 63 min'] = await scene.opens(link);
    figures.push(
      ...check(`${day} in ${ZONE}: ${change}`, found, {
        'session lets in after 13 min': true,
        'lock holds after 13 min': true,
        'lock ends after 17 min': true,
        'link opens after 56 min': true,
        'link opens after 63 min': false,
      }),
    );
  }
  await scene.turn(0);
  return figures;
}

/** Milliseconds until a page of an administrator tells of the jump: what looks for it has to run as ever. */
async function untilBanner(client: Client): Promise<number> {
  const start = performance.now();
  while (performance.now() - start < 2 * BANNER_WITHIN) {
    const page = await (await client.get('/credentials')).text();
    if (page.includes('jumped ahead by about 9,600 hours')) return performance.now() - start;
    await sleep(200);
  }
  return Number.POSITIVE_INFINITY;
}

/** The jobs of the program by a clock of their own, which jumps between their runs. */
async function jobsThroughJumps(): Promise<Figure[]> {
  const every = 100;
  const jumps = [HOUR, 400 * DAY, -2 * DAY, 0];
  let ahead = 0;
  const processes = { isChosen: async () => true };
  const jobs = new Jobs({ processes, clock: () => Date.now() + ahead, logger: pino({ level: 'silent' }) });
  const runs: number[] = [];
  jobs.start([{ name: 'counted', firstAfter: every, every, run: async () => void runs.push(performance.now()) }]);
  for (const jump of jumps) {
    ahead = jump;
    await sleep(10 * every);
  }
  jobs.stop();
  const pauses = runs.slice(1).map((at, n) => at - runs[n]);
  const [shortest, longest] = [Math.min(...pauses), Math.max(...pauses)];
  return [
    met(
      `a job every ${every} ms over ${jumps.length} jumps: its runs, shortest and longest pause`,
      `${runs.length}, ${Math.round(shortest)} ms, ${Math.round(longest)} ms`,
      'no storm, and no stall of an interval',
      shortest > every / 2 && longest < 2 * every,
    ),
  ];
}
