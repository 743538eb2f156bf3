import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { type Backend, endBackends, findIdle } from './backends.ts';

/** So long a statement is under way before it is asked whether anybody is there at all, in milliseconds. */
const DOUBTED_AFTER = 2_000;
/** And so long that is waited for. */
const ANSWERS_WITHIN = 2_000;
const LOOKS_EVERY = 250;
/** A look that comes so late tells of this process, which was held up itself. */
const LATE = 1_000;

/** Makes a connection to the server of that address. */
export type Connecting = (address: string) => Promise<Client>;

interface Opened {
  address: string;
  /** Unknown until it was asked. */
  backend?: Backend;
}

/** A statement that takes long, and how much had come back on its connection. */
interface Doubted {
  connection: Client;
  since: number;
  backend: Backend | undefined;
  bytes: number;
}

/**
 * A machine that vanishes says nothing, nor does a cable that is cut or a firewall that has forgotten a connection: the system takes a quarter of an hour
 * to give up a connection on which something is waited for. Where a statement takes long, a new connection is asked for. Where nobody answers that, those
 * that there are to this server are cut; where somebody does, those on which nobody works for us any more. What was under way on them fails as with every
 * other one that breaks.
 */
export class SilenceWatch {
  private readonly connections = new Map<Client, Opened>();
  private readonly underWay = new Map<Client, number>();
  /** By the address of their server: what served connections that were cut, and may not know it. */
  private readonly left = new Map<string, Backend[]>();
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
    this.connections.set(connection, { address });
    connection.once('end', () => {
      this.connections.delete(connection);
      this.underWay.delete(connection);
    });
  }

  /** Before it is used: what was left behind there is over. */
  async isServedBy(connection: Client, backend: Backend): Promise<void> {
    const opened = this.connections.get(connection);
    if (!opened) return;
    opened.backend = backend;
    await this.during(connection, () => this.endLeft(connection, opened.address));
  }

  private async endLeft(connection: Client, address: string): Promise<void> {
    const left = this.left.get(address) ?? [];
    await endBackends(connection, left);
    const others = (this.left.get(address) ?? []).filter((backend) => !left.includes(backend));
    this.left.set(address, others);
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
    const doubted = this.doubted(now);
    const address = doubted[0] && this.connections.get(doubted[0].connection)!.address;
    if (address === undefined) return;
    this.isAsking = true;
    await this.ask(
      address,
      doubted.filter(({ connection }) => this.connections.get(connection)!.address === address),
    );
    this.isAsking = false;
  }

  private doubted(now: number): Doubted[] {
    return [...this.underWay]
      .filter(([connection, since]) => this.connections.has(connection) && now - since >= DOUBTED_AFTER)
      .map(([connection, since]) => ({
        connection,
        since,
        backend: this.connections.get(connection)!.backend,
        bytes: streamOf(connection).bytesRead,
      }));
  }

  private async ask(address: string, doubted: Doubted[]): Promise<void> {
    const question = new AbortController();
    const answer = this.idleOf(address, doubted, question.signal);
    const nobody = sleep(ANSWERS_WITHIN, 'nobody' as const, { signal: question.signal, ref: false });
    const found = await Promise.race([answer, nobody.catch(() => 'nobody' as const)]);
    question.abort();
    if (found === 'nobody') this.cutAll(address);
    else this.trust(address);
  }

  /** Cuts those on which nobody works, on the word of a connection that is made anew. Says whether anybody is there, were it one who lets nobody in just now. */
  private async idleOf(address: string, doubted: Doubted[], over: AbortSignal): Promise<'somebody' | 'nobody'> {
    let asking: Client | undefined;
    try {
      asking = await this.connect()?.(address);
      if (!asking) return 'somebody';
      const asked = asking;
      const giveUp = () => leave(asked);
      over.addEventListener('abort', giveUp);
      if (over.aborted) giveUp();
      const idle = await findIdle(
        asked,
        doubted.flatMap(({ backend }) => backend ?? []),
      );
      over.removeEventListener('abort', giveUp);
      for (const one of doubted)
        if (this.isStillWaited(one) && (!one.backend || idle.has(one.backend.pid))) this.cut(one.connection);
      // What is not ended now is before the next connection is used.
      void this.endLeft(asked, address)
        .catch(() => undefined)
        .then(giveUp);
      return 'somebody';
    } catch (error) {
      return asking || /^\d/.test((error as { code?: string }).code ?? '') ? 'somebody' : 'nobody';
    }
  }

  private isStillWaited({ connection, since, bytes }: Doubted): boolean {
    return this.underWay.get(connection) === since && streamOf(connection).bytesRead === bytes;
  }

  /** What is under way takes its time, and is not doubted again for a while. */
  private trust(address: string): void {
    for (const connection of this.underWay.keys())
      if (this.connections.get(connection)?.address === address) this.underWay.set(connection, performance.now());
  }

  private cutAll(address: string): void {
    this.isSilent(address);
    for (const [connection, its] of this.connections) if (its.address === address) this.cut(connection);
  }

  private cut(connection: Client): void {
    const { address, backend } = this.connections.get(connection)!;
    if (backend) this.left.set(address, [...(this.left.get(address) ?? []), backend]);
    const lost = Object.assign(new Error('the server of the database does not answer'), { code: 'ETIMEDOUT' });
    streamOf(connection).destroy(lost);
  }
}

interface Stream {
  bytesRead: number;
  destroy(error: Error): void;
}

function streamOf(connection: Client): Stream {
  return (connection as unknown as { connection: { stream: Stream } }).connection.stream;
}

/** Whoever is there hears of it; nobody waits until it is so. */
export function leave(connection: Client): void {
  connection.on('error', () => undefined);
  void connection.end().catch(() => undefined);
}
