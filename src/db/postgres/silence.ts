import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';

/** So long a statement is under way before it is asked whether anybody is there at all, in milliseconds. */
const DOUBTED_AFTER = 2_000;
/** And so long that is waited for. */
const ANSWERS_WITHIN = 2_000;
const LOOKS_EVERY = 250;
/** A look that comes so late tells of this process, which was held up itself. */
const LATE = 1_000;

/** Makes a connection to the server of that address. */
export type Connecting = (address: string) => Promise<Client>;

/**
 * A machine that vanishes says nothing: the system takes a quarter of an hour to give up a connection on which something is waited for. Where a
 * statement takes long, a new connection is asked for; where nobody answers that, those that there are to this server are cut, and what was under way
 * on them fails as with every other one that breaks.
 */
export class SilenceWatch {
  private readonly connections = new Map<Client, string>();
  private readonly underWay = new Map<Client, number>();
  private readonly connect: () => Connecting | undefined;
  private readonly isSilent: (address: string) => void;
  private timer: NodeJS.Timeout | undefined;
  private lookedAt = 0;
  private isAsking = false;

  /** `isSilent` is told before connections are cut. */
  constructor(connect: () => Connecting | undefined, isSilent: (address: string) => void) {
    this.connect = connect;
    this.isSilent = isSilent;
  }

  opened(connection: Client, address: string): void {
    this.connections.set(connection, address);
    connection.once('end', () => {
      this.connections.delete(connection);
      this.underWay.delete(connection);
    });
  }

  async during<T>(connection: Client, work: () => Promise<T>): Promise<T> {
    const now = performance.now();
    this.underWay.set(connection, now);
    if (!this.timer) {
      this.lookedAt = now;
      this.timer = setInterval(() => void this.look(), LOOKS_EVERY).unref();
    }
    try {
      return await work();
    } finally {
      this.underWay.delete(connection);
    }
  }

  private async look(): Promise<void> {
    const now = performance.now();
    const isLate = now - this.lookedAt > LATE;
    this.lookedAt = now;
    if (this.underWay.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
      return;
    }
    if (isLate || this.isAsking) return;
    for (const [connection, since] of this.underWay) {
      const address = this.connections.get(connection);
      if (address === undefined || now - since < DOUBTED_AFTER) continue;
      this.isAsking = true;
      if (await this.answers(address)) this.trust(address);
      else this.cut(address);
      this.isAsking = false;
      return;
    }
  }

  /** Whether anybody is there, were it one who lets nobody in just now. */
  private async answers(address: string): Promise<boolean> {
    const connecting = this.connect()?.(address);
    if (!connecting) return true;
    const over = new AbortController();
    const answer = connecting.then(
      (connection) => {
        void connection.end().catch(() => undefined);
        return true;
      },
      ({ code = '' }: { code?: string }) => /^\d/.test(code),
    );
    const nobody = sleep(ANSWERS_WITHIN, false, { signal: over.signal, ref: false }).catch(() => false);
    const isThere = await Promise.race([answer, nobody]);
    over.abort();
    return isThere;
  }

  /** What is under way takes its time, and is not doubted again for a while. */
  private trust(address: string): void {
    for (const connection of this.underWay.keys())
      if (this.connections.get(connection) === address) this.underWay.set(connection, performance.now());
  }

  private cut(address: string): void {
    this.isSilent(address);
    const lost = Object.assign(new Error('the server of the database does not answer'), { code: 'ETIMEDOUT' });
    for (const [connection, its] of this.connections)
      if (its === address)
        (
          connection as unknown as { connection: { stream: { destroy(error: Error): void } } }
        ).connection.stream.destroy(lost);
  }
}
