import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PostgresPair, startPair } from '../test/support/postgres-pair.ts';
import { alice, settingsOf } from './alice.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { changeUsers, Journal, problemsIn } from './journal.ts';
import { startServer } from './server-process.ts';

const ROUNDS = 5;
export const WORKERS = 4;
/** The server is killed at a random moment within these. */
const EARLIEST = 500;
const LATEST = 2_000;
/** So long it is gone. */
const AWAY = 1_000;
export const SERVED_WITHIN = 10_000;

interface Report {
  journal: Journal;
  /** Milliseconds from the moment at which a server was killed to the next change that was made. */
  served: number[];
  problems: string[];
}

/** F14: it is killed, and begins again each time but the last: then the other one takes over. */
export const failoverFault: Fault = {
  name: 'F14',
  title: 'the server of the database killed under load, and a standby that takes over',
  async run({ rounds = ROUNDS }) {
    const { journal, served, problems } = await failOver(rounds, (pair) => pair.kill());
    return [
      told('restarts after SIGKILL, then a standby that takes over', `${rounds}, 1`),
      told('changes acknowledged, refused with 503', `${journal.acknowledged}, ${journal.refused}`),
      told('of the refused: may have been done, and said so', String(journal.unknownOutcomes)),
      quick('restart: changes are made again after the kill within at most', Math.max(...served.slice(0, -1))),
      quick('standby: changes are made again after the kill within', served.at(-1)!),
      ...sound(journal, problems),
    ];
  },
};

/** F14 again: every process of it is stopped, so that its connections stay and nothing comes back on them. */
export const silentServerFault: Fault = {
  name: 'F14-silent',
  title: 'the machine of the database vanishes without a word under load, and a standby takes over',
  async run() {
    const { journal, served, problems } = await failOver(0, (pair) => pair.silence());
    return [
      told('changes acknowledged, refused with 503', `${journal.acknowledged}, ${journal.refused}`),
      told('of the refused: may have been done, and said so', String(journal.unknownOutcomes)),
      quick('changes are made again after it fell silent within', served[0]),
      ...sound(journal, problems),
    ];
  },
};

export function sound(journal: Journal, problems: string[]): Figure[] {
  const odd = journal.answersOtherThan(/^(200|303|503)$/);
  return [
    met('answers other than 303 and 503', odd ?? '0', '0', !odd),
    met('answers of 503 without words or Retry-After', String(journal.wordless), '0', journal.wordless === 0),
    met('acknowledged and lost, refused and done, or by halves', problems.join('; ') || '0', '0', !problems.length),
  ];
}

async function failOver(rounds: number, lose: (pair: PostgresPair) => void | Promise<void>): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-failover-'));
  const pair = await startPair();
  const settings = { ...settingsOf(folder), DATABASE_URL: pair.url };
  const servers = [await startServer(settings), await startServer(settings)];
  const report: Report = { journal: new Journal(), served: [], problems: [] };
  try {
    for (let round = 0; round <= rounds; round++) {
      const client = await alice(servers[0].url);
      let isOver = false;
      const workers = Array.from({ length: WORKERS }, (_, n) =>
        changeUsers(client.at(servers[n % 2].url), report.journal, `r${round}w${n}`, () => isOver),
      );
      await sleep(EARLIEST + Math.random() * (LATEST - EARLIEST));
      await lose(pair);
      const killed = performance.now();
      await sleep(AWAY);
      await (round < rounds ? pair.revive() : pair.promote());
      while (report.journal.firstDoneAfter(killed) > SERVED_WITHIN && performance.now() < killed + 4 * SERVED_WITHIN)
        await sleep(50);
      await sleep(EARLIEST);
      isOver = true;
      await Promise.all(workers);
      report.served.push(report.journal.firstDoneAfter(killed));
      const problems = await problemsIn({ folder, databaseUrl: pair.url }, report.journal);
      report.problems.push(...problems.map((problem) => `round ${round + 1}: ${problem}`));
    }
    return report;
  } finally {
    for (const { child, exited } of servers) {
      child.kill('SIGKILL');
      await exited;
    }
    await pair.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function quick(what: string, milliseconds: number): Figure {
  const limit = `< ${SERVED_WITHIN / 1_000} s`;
  return met(what, `${(milliseconds / 1_000).toFixed(1)} s`, limit, milliseconds < SERVED_WITHIN);
}
