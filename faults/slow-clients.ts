import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assetPath } from '../src/web/assets.ts';
import { CannotRun, type Fault, type Figure, met, told } from './fault.ts';
import { startServer } from './server-process.ts';
import type { SlowJob } from './slow-crowd.ts';
import { percentile } from './statistics.ts';

const CONNECTIONS = 2_000;
const CLOSED_WITHIN = 30_000;
const GIVES_UP_AFTER = 45_000;
const LONGEST_P99 = 500;
const HANDLES_LEFT = 5;
const A_PAGE_EVERY = 100;

/** F9: many who send headers or a body, or read an answer, as slowly as they can, while somebody looks at pages. */
export const slowClientsFault: Fault = {
  name: 'F9',
  title: 'two thousand connections that send or read as slowly as they can',
  async run({ rounds = CONNECTIONS }) {
    const folder = mkdtempSync(join(tmpdir(), 'roster-slow-'));
    try {
      const server = await startServer({ DATA_DIR: folder });
      try {
        return await slowClients(server.url, server.child.pid!, rounds);
      } finally {
        server.child.kill('SIGTERM');
        await server.exited;
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function slowClients(url: string, pid: number, connections: number): Promise<Figure[]> {
  await lookAt(url);
  const before = handlesOf(pid);
  const crowd = fork(join(import.meta.dirname, 'slow-crowd.ts'));
  const job: SlowJob = { port: Number(new URL(url).port), connections, path: assetPath('js/htmx.js') };
  const start = performance.now();
  crowd.send(job);
  let most = before;
  let closedAfter: number | undefined;
  const took: number[] = [];
  while (closedAfter === undefined && performance.now() - start < GIVES_UP_AFTER) {
    took.push(await lookAt(url));
    const handles = handlesOf(pid);
    most = Math.max(most, handles);
    if (most > before + connections / 2 && handles <= before + HANDLES_LEFT) closedAfter = performance.now() - start;
    await sleep(A_PAGE_EVERY);
  }
  const left = handlesOf(pid) - before;
  crowd.kill();
  const p99 = percentile(took, 0.99);
  return [
    told('slow connections', String(connections)),
    told('handles of the server, at most', String(most)),
    met(
      'all of them closed by the server',
      closedAfter === undefined ? 'not all' : `after ${(closedAfter / 1_000).toFixed(1)} s`,
      '< 30 s',
      closedAfter !== undefined && closedAfter < CLOSED_WITHIN,
    ),
    met('handles more than before', String(left), `≤ ${HANDLES_LEFT}`, left <= HANDLES_LEFT),
    met('the sign-in page meanwhile, p99', `${p99.toFixed(0)} ms`, `< ${LONGEST_P99} ms`, p99 < LONGEST_P99),
  ];
}

async function lookAt(url: string): Promise<number> {
  const start = performance.now();
  const answer = await fetch(`${url}/session/new`, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  return performance.now() - start;
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    throw new CannotRun('the handles of a process are counted in /proc, which is not here');
  }
}
