import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alice, PASSWORD, settingsOf } from './alice.ts';
import { Client } from './client.ts';
import { type Fault, met, told } from './fault.ts';
import { changeMany, changeUsers, crowd, figuresOf, Journal } from './journal.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const ROUNDS = 5;
const PEOPLE = 500;
const WORKERS = 3;
const SIGN_INS = 6;
/** The signal comes at a random moment within these. */
const EARLIEST = 1_000;
const LATEST = 2_500;
/** What was sent less than so many milliseconds before the signal may not have reached the server. */
const SENT_BEFORE = 20;
const FINISHED_WITHIN = 10_000;
/** A second signal within a second is the same Ctrl-C, come by npm. */
const SECOND_AFTER = 1_100;
const AT_ONCE = 1_000;

/** F19: SIGTERM at random moments during sign-ins, changes of administrators and bulk operations; then a second one. */
export const shutdownFault: Fault = {
  name: 'F19',
  title: 'SIGTERM during sign-ins, single changes and bulk operations',
  async run({ rounds = ROUNDS }) {
    const folder = mkdtempSync(join(tmpdir(), 'roster-shutdown-'));
    const journal = new Journal();
    const ends: End[] = [];
    let server: ServerProcess | undefined;
    try {
      for (let round = 0; round < rounds; round++) {
        server = await startServer(settingsOf(folder));
        ends.push(await stopAtWork(server, folder, journal, round));
      }
      server = await startServer(settingsOf(folder));
      const second = await stopTwice(server);
      const cut = ends.reduce((sum, { cutOff }) => sum + cutOff, 0);
      const inFlight = ends.reduce((sum, { finished }) => sum + finished, 0);
      const slowest = Math.max(...ends.map(({ took }) => took));
      const codes = [...new Set(ends.map(({ code }) => code))].join(', ');
      return [
        told('signals, changes acknowledged in all', `${rounds}, ${journal.acknowledged}`),
        met(
          'requests in flight that were answered, and cut off',
          `${inFlight}, ${cut}`,
          'some, 0',
          inFlight > 0 && cut === 0,
        ),
        met(
          'ended after at most',
          `${Math.round(slowest)} ms`,
          `< ${FINISHED_WITHIN / 1_000} s`,
          slowest < FINISHED_WITHIN,
        ),
        met('exit codes', codes, '0', codes === '0'),
        met(
          'a second signal after a second, with a request that never ends: exit code, after',
          `${second.code}, ${Math.round(second.took)} ms`,
          `1, < ${AT_ONCE / 1_000} s`,
          second.code === 1 && second.took < AT_ONCE,
        ),
        ...(await figuresOf(folder, journal, { allowed: /^(200|303|429|no answer)$/ })),
      ];
    } finally {
      server?.child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** How the program ended. */
interface End {
  code: number | null;
  /** Milliseconds from the signal. */
  took: number;
  /** Requests that were under way at the signal. */
  finished: number;
  cutOff: number;
}

async function stopAtWork(server: ServerProcess, folder: string, journal: Journal, round: number): Promise<End> {
  const { url, child, exited } = server;
  const ids = await crowd(folder, PEOPLE, `crowd${round}p`);
  const [one, many] = [await alice(url), await alice(url)];
  let isOver = false;
  const atWork = [
    changeMany(many, journal, ids, () => isOver),
    ...Array.from({ length: WORKERS }, (_, n) => changeUsers(one, journal, `r${round}w${n}`, () => isOver)),
    ...Array.from({ length: SIGN_INS }, () => signInAgain(url, journal, () => isOver)),
  ];
  await sleep(EARLIEST + Math.random() * (LATEST - EARLIEST));
  const underWay = journal.underWay(SENT_BEFORE);
  isOver = true;
  const start = performance.now();
  child.kill('SIGTERM');
  const { code } = await exited;
  const took = performance.now() - start;
  await Promise.all(atWork);
  const cutOff = underWay.filter(({ answer }) => answer === 'no answer').length;
  return { code, took, finished: underWay.length - cutOff, cutOff };
}

async function signInAgain(url: string, journal: Journal, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const client = new Client(url);
    await journal.send('sign-in page', () => client.open('/session/new'));
    await journal.send('signing in', () => client.post('/session', { identifier: 'alice', password: PASSWORD }));
  }
}

/** With a request that never ends. */
async function stopTwice({ url, child, exited }: ServerProcess): Promise<Pick<End, 'code' | 'took'>> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n');
  await sleep(200);
  child.kill('SIGTERM');
  await sleep(SECOND_AFTER);
  const start = performance.now();
  child.kill('SIGTERM');
  const { code } = await exited;
  socket.destroy();
  return { code, took: performance.now() - start };
}
