import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD, settingsOfAlice } from './alice.ts';
import { Client } from './client.ts';
import { changeUsers, Journal, problemsIn } from './journal.ts';
import { killServers, makePlace, startServers } from './place.ts';

const WORKERS = 4;
const SHORTEST_LIFE = 20;
const LONGEST_LIFE = 600;
/** Of several processes one is killed after the other. */
const LONGEST_APART = 300;
/** How long the first change of a round is waited for. */
const FIRST_ANSWER = 10_000;

export interface CrashReport {
  rounds: number;
  acknowledged: number;
  slowestStart: number;
  processes: number;
  problems: string[];
}

/**
 * F1: kills the server with SIGKILL at a random moment while several clients create and change users, starts it again
 * over the same data, and compares what was acknowledged with what is there.
 */
export async function crashLoop(rounds: number, random: () => number = Math.random): Promise<CrashReport> {
  const place = await makePlace(settingsOfAlice());
  const journal = new Journal();
  const { processes } = place;
  const report: CrashReport = { rounds, acknowledged: 0, slowestStart: 0, processes, problems: [] };
  const client = new Client('');
  try {
    for (let round = 0; round < rounds; round++) {
      const servers = await startServers(place);
      report.slowestStart = Math.max(report.slowestStart, ...servers.map(({ readyAfter }) => readyAfter));
      client.url = servers[0].url;
      if (round === 0) await client.signIn('alice', PASSWORD);
      let isOver = false;
      const before = journal.acknowledged;
      const workers = Array.from({ length: WORKERS }, (_, n) =>
        changeUsers(client.at(servers[n % servers.length].url), journal, `r${round}w${n}`, () => isOver),
      );
      // It is killed at work: a slow machine takes a while over its first answer.
      for (const begun = Date.now(); journal.acknowledged === before && Date.now() < begun + FIRST_ANSWER; )
        await sleep(5);
      await sleep(SHORTEST_LIFE + random() * (LONGEST_LIFE - SHORTEST_LIFE));
      isOver = true;
      await Promise.all([...workers, killServers(place, servers, LONGEST_APART)]);
      for (const problem of await problemsIn(place, journal)) report.problems.push(`round ${round + 1}: ${problem}`);
    }
    report.acknowledged = journal.acknowledged;
    // Nothing but the kill may keep a change from being made.
    const odd = journal.answersOtherThan(/^(303|no answer)$/);
    if (odd) report.problems.push(`answered otherwise than with 303: ${odd}`);
    return report;
  } finally {
    await place.remove();
  }
}
