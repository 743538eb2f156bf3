import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cable } from '../test/support/cable.ts';
import { type PostgresPair, startPair } from '../test/support/postgres-pair.ts';
import { alice, settingsOf } from './alice.ts';
import { quick, SERVED_WITHIN, sound, WORKERS } from './failover-fault.ts';
import { type Fault, type Figure, told } from './fault.ts';
import { changeUsers, Journal, problemsIn } from './journal.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const BEFORE = 1_000;
/** Longer than silence is doubted, and longer than a request waits. */
const AWAY = 8_000;
const SHORT = 500;
const LOOKS_EVERY = 100;

interface Cut {
  what: string;
  cut(cable: Cable): void | Promise<void>;
  away: number;
  back(cable: Cable, pair: PostgresPair): void | Promise<void>;
  /** When changes are made again. */
  afterwards?(cable: Cable): void;
}

const CUTS: Cut[] = [
  { what: 'both ways for 8 s', cut: (cable) => cable.cut(), away: AWAY, back: (cable) => cable.mend() },
  { what: 'to the server alone', cut: (cable) => cable.cut('there'), away: AWAY, back: (cable) => cable.mend() },
  { what: 'from the server alone', cut: (cable) => cable.cut('back'), away: AWAY, back: (cable) => cable.mend() },
  {
    what: 'after a commit was sent and before its answer',
    cut: (cable) => cable.cutAfter('commit'),
    away: AWAY,
    back: (cable) => cable.mend(),
  },
  {
    what: 'both ways for half a second',
    cut: (cable) => cable.cut(),
    away: SHORT,
    back: (cable) => cable.mend(),
  },
  {
    what: 'both ways for half a second, and what lies between forgets all connections',
    cut: (cable) => cable.cut(),
    away: SHORT,
    back: (cable) => cable.mend({ forgets: true }),
  },
  {
    what: 'both ways, and a standby takes over; then it is back',
    cut: (cable) => cable.cut(),
    away: AWAY,
    back: (_, pair) => pair.promote(),
    // Both processes have seen the other one: neither goes back.
    afterwards: (cable) => cable.mend(),
  },
];

/** F14 once more: both servers live, and what one sends does not arrive. */
export const cutCableFault: Fault = {
  name: 'F14-cable',
  title: 'the cable to the server of the database cut in each direction under load, without a word to anybody',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'roster-cable-'));
    const pair = await startPair();
    const cable = await Cable.layTo(pair.port);
    const settings = { ...settingsOf(folder), DATABASE_URL: pair.through(cable.port) };
    const servers = [await startServer(settings), await startServer(settings)];
    const journal = new Journal();
    const figures: Figure[] = [];
    const problems: string[] = [];
    try {
      for (const [round, cut] of CUTS.entries()) {
        figures.push(...(await tried(cut, { round, cable, pair, servers, journal })));
        // Only one of them has all of it in the end.
        const databaseUrl = round === CUTS.length - 1 ? pair.standby : pair.url;
        const found = await problemsIn({ folder, databaseUrl }, journal);
        problems.push(...found.map((problem) => `${cut.what}: ${problem}`));
      }
    } finally {
      for (const { child, exited } of servers) {
        child.kill('SIGKILL');
        await exited;
      }
      await cable.end();
      await pair.stop();
      rmSync(folder, { recursive: true, force: true });
    }
    return [
      told('changes acknowledged, refused with 503', `${journal.acknowledged}, ${journal.refused}`),
      told('of the refused: may have been done, and said so', String(journal.unknownOutcomes)),
      ...figures,
      ...sound(journal, problems),
    ];
  },
};

interface Surroundings {
  round: number;
  cable: Cable;
  pair: PostgresPair;
  servers: ServerProcess[];
  journal: Journal;
}

async function tried(cut: Cut, { round, cable, pair, servers, journal }: Surroundings): Promise<Figure[]> {
  const client = await alice(servers[0].url);
  const health = watchHealth(servers[0].url);
  let isOver = false;
  const workers = Array.from({ length: WORKERS }, (_, n) =>
    changeUsers(client.at(servers[n % 2].url), journal, `c${round}w${n}`, () => isOver),
  );
  await sleep(BEFORE);
  await cut.cut(cable);
  const since = performance.now();
  await sleep(cut.away);
  await cut.back(cable, pair);
  const back = performance.now();
  while (journal.firstDoneAfter(back) > SERVED_WITHIN && performance.now() < back + 4 * SERVED_WITHIN) await sleep(50);
  await sleep(BEFORE);
  cut.afterwards?.(cable);
  await sleep(BEFORE);
  isOver = true;
  await Promise.all(workers);
  const failing = health.failingAfter(since);
  health.stop();
  return [
    quick(`${cut.what}: changes are made again within`, journal.firstDoneAfter(back)),
    ...(cut.away === AWAY ? [quick(`${cut.what}: /health says so after`, failing)] : []),
  ];
}

/** Asks one process again and again, as a balancer does. */
function watchHealth(url: string) {
  const failures: number[] = [];
  let isOver = false;
  void (async () => {
    for (; !isOver; await sleep(LOOKS_EVERY)) {
      const { status } = await fetch(`${url}/health`).catch(() => ({ status: 0 }));
      if (status === 503) failures.push(performance.now());
    }
  })();
  return {
    failingAfter: (moment: number) => (failures.find((at) => at > moment) ?? Number.POSITIVE_INFINITY) - moment,
    stop() {
      isOver = true;
    },
  };
}
