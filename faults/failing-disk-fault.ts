import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DATABASE_FILE } from '../src/db/sqlite/database-files.ts';
import { alice, settingsOf } from './alice.ts';
import type { Client } from './client.ts';
import { CALLS, FailingDisk, type Failure } from './failing-disk.ts';
import { type Fault, met, told } from './fault.ts';
import { changeMany, changeUsers, crowd, figuresOf, Journal, problemsIn } from './journal.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** Which of the calls fail where nothing else is asked for. */
const SAMPLE = [1, 2, 3, 5, 8, 13, 21, 34];
/** From that call on all fail, for a while. */
const LASTING = [1, 7];
const LASTS = 2_000;
const PEOPLE = 50;
const WORKERS = 2;
/** The nth call may be far. */
const PATIENCE = 8_000;
const RESUMED_WITHIN = 2_000;

/** F2: a call on the database or its log fails with EIO, each in turn, while a server is at work. */
export const failingDiskFault: Fault = {
  name: 'F2',
  title: 'reading, writing and syncing the database fails with EIO, at the nth call',
  async run({ rounds }) {
    const folder = mkdtempSync(join(tmpdir(), 'roster-eio-'));
    const stage = new Stage(folder);
    try {
      const single = rounds ? Array.from({ length: rounds }, (_, n) => n + 1) : SAMPLE;
      await stage.start();
      for (const calls of Object.values(CALLS)) {
        for (const nth of single) await stage.fail({ calls, nth, isLasting: false });
        for (const nth of LASTING) await stage.fail({ calls, nth, isLasting: true });
      }
      await stage.stop();
      const slowest = Math.max(...stage.resumed);
      return [
        told('failures, each at another call, of which lasting', `${stage.failures}, ${stage.lasting}`),
        met(
          'changes acknowledged, refused',
          `${stage.journal.acknowledged}, ${stage.journal.refused}`,
          'some, some',
          stage.journal.acknowledged > 0 && stage.journal.refused > 0,
        ),
        told('ends of the server by itself', String(stage.ends)),
        met(
          'the next change after it, at most',
          `${Math.round(slowest)} ms`,
          `< ${RESUMED_WITHIN / 1_000} s`,
          slowest < RESUMED_WITHIN,
        ),
        met(
          'after a failure damaged, lost, or by halves',
          stage.problems.join('; ') || '0',
          '0',
          stage.problems.length === 0,
        ),
        ...(await figuresOf(folder, stage.journal)),
      ];
    } finally {
      stage.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** A server at work, and what came of each failure. */
class Stage {
  readonly journal = new Journal();
  readonly resumed: number[] = [];
  readonly problems: string[] = [];
  failures = 0;
  lasting = 0;
  /** How often the server ended by itself, which has to be other than in order. */
  ends = 0;
  private readonly folder: string;
  private server!: ServerProcess;
  private client!: Client;
  private ids: number[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  async start(): Promise<void> {
    this.server = await startServer(settingsOf(this.folder));
    if (this.ids.length === 0) this.ids = await crowd(this.folder, PEOPLE);
    this.client ??= await alice(this.server.url);
    this.client.url = this.server.url;
  }

  async fail(failure: Failure): Promise<void> {
    const { calls, nth, isLasting } = failure;
    const what = `${calls} ${nth}${isLasting ? ' and on' : ''}`;
    const files = [DATABASE_FILE, `${DATABASE_FILE}-wal`].map((name) => join(this.folder, name));
    let isOver = false;
    const disk = await FailingDisk.attach(this.server.child.pid!, files, join(this.folder, 'calls'), failure);
    const working = this.work(what.replaceAll(/\W/g, '-'), () => isOver);
    if (await disk.failed(PATIENCE)) this.failures++;
    if (isLasting) {
      this.lasting++;
      await sleep(LASTS);
    }
    await disk.detach();
    const overAt = performance.now();
    if (this.server.child.exitCode !== null || this.server.child.signalCode !== null) await this.restart(what);
    while (this.journal.firstDoneAfter(overAt) > 2 * RESUMED_WITHIN && performance.now() - overAt < 2 * RESUMED_WITHIN)
      await sleep(10);
    this.resumed.push(this.journal.firstDoneAfter(overAt));
    isOver = true;
    await working;
    for (const problem of await problemsIn(this.folder, this.journal)) this.problems.push(`${what}: ${problem}`);
  }

  async stop(): Promise<void> {
    this.server.child.kill('SIGTERM');
    await this.server.exited;
  }

  kill(): void {
    this.server?.child.kill('SIGKILL');
  }

  private async work(prefix: string, isOver: () => boolean): Promise<void> {
    await Promise.all([
      changeMany(this.client, this.journal, this.ids, isOver),
      ...Array.from({ length: WORKERS }, (_, n) => changeUsers(this.client, this.journal, `${prefix}-${n}`, isOver)),
    ]);
  }

  private async restart(what: string): Promise<void> {
    const { code } = await this.server.exited;
    this.ends++;
    if (code === 0) this.problems.push(`${what}: the server ended as if all were well`);
    await this.start();
  }
}
