import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseBusy } from '../errors.ts';
import { Listeners, type Processes, type Topic } from '../processes.ts';
import { KeptConnection } from './kept-connection.ts';
import { untilReached } from './patience.ts';

/** Nobody is woken when a lock is free: it is asked for again, after so many milliseconds at first and at most. */
const FIRST_PAUSE = 15;
const LONGEST_PAUSE = 100;

const CHANNEL = 'roster';

/** Locks of the server by a name, which end with the connection that has them, and its notices. */
export class PostgresProcesses implements Processes {
  /** By which what this process wrote is told from what others did. */
  readonly self = randomUUID();
  private readonly locks: KeptConnection;
  private readonly notices: KeptConnection;
  private readonly listeners = new Listeners();
  /** A connection that asks for a lock that it has is given it once more. */
  private readonly held = new Set<string>();
  private isHearing = false;

  constructor(url: string) {
    this.locks = new KeptConnection(url);
    this.notices = new KeptConnection(url, async (connection) => {
      connection.on('notification', ({ payload = '' }) => this.heard(payload));
      await connection.query(`listen ${CHANNEL}`);
      // What was told while nobody listened.
      this.listeners.call();
    });
  }

  async alone<T>(name: string, work: () => Promise<T>, until = Number.POSITIVE_INFINITY): Promise<T> {
    for (let pause = FIRST_PAUSE; !(await this.take(name)); ) {
      if (performance.now() > until) throw new DatabaseBusy();
      await sleep(pause);
      pause = Math.min(pause * 1.5, LONGEST_PAUSE);
    }
    return this.holding(name, work);
  }

  async ifAlone(name: string, work: () => Promise<unknown>): Promise<boolean> {
    if (!(await this.take(name))) return false;
    await this.holding(name, work);
    return true;
  }

  async isChosen(name: string): Promise<boolean> {
    // Who has it is given it once more.
    return this.tryLock(`chosen for ${name}`);
  }

  tell(topic: Topic): void {
    this.notices.query('select pg_notify($1, $2)', [CHANNEL, topic]).catch(() => undefined);
  }

  hear(topic: Topic, listener: () => void): void {
    this.listeners.add(topic, listener);
    if (this.isHearing) return;
    this.isHearing = true;
    void this.notices.keepOpen();
  }

  /** What a transaction does that wrote, before its end, for those who listen. */
  get noticeOfChange(): string {
    return `notify ${CHANNEL}, '${changeOf(this.self)}'`;
  }

  async end(): Promise<void> {
    await this.locks.end();
    await this.notices.end();
  }

  private async take(name: string): Promise<boolean> {
    if (this.held.has(name)) return false;
    this.held.add(name);
    try {
      const has = await this.tryLock(name);
      if (!has) this.held.delete(name);
      return has;
    } catch (error) {
      this.held.delete(name);
      throw error;
    }
  }

  private async tryLock(name: string): Promise<boolean> {
    const asking = () => this.locks.query('select pg_try_advisory_lock($1) as has', [keyOf(name)]);
    const [{ has }] = await untilReached(asking);
    return Boolean(has);
  }

  private async holding<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      // Where the connection is lost, so is the lock.
      await this.locks.query('select pg_advisory_unlock($1)', [keyOf(name)]).catch(() => undefined);
      this.held.delete(name);
    }
  }

  private heard(payload: string): void {
    if (payload === 'operations') this.listeners.call('operations');
    else if (payload !== changeOf(this.self)) this.listeners.call('changes');
  }
}

function changeOf(process: string): string {
  return `changes ${process}`;
}

/** Locks have numbers of 64 bits. */
function keyOf(name: string): string {
  return createHash('sha256').update(name).digest().readBigInt64BE().toString();
}
