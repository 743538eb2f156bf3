import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { openPostgres } from './connections.ts';
import { plainError } from './errors.ts';
import { serversAt } from './servers.ts';

/** On one that only waits nobody would notice for a quarter of an hour that it leads nowhere any more. */
const ASKED_EVERY = 20_000;
/** Where a connection broke that has to be there, it is tried so often, in milliseconds, to make it anew. */
const AGAIN_AFTER = 1_000;

/** For the locks of others, whatever the server is set to. */
export const WAITS_AT_LENGTH = 'set lock_timeout = 0; set statement_timeout = 0';

/** What begins with each connection that is made. Throws where that cannot be. */
export type Beginning = (connection: Client) => Promise<void>;

/** A connection outside every pool, for what ends with it: locks that outlast a transaction, and what is listened for. */
export class KeptConnection {
  private readonly url: string;
  private readonly begin: Beginning | undefined;
  private connection: Promise<Client> | undefined;
  private isEnded = false;
  /** It takes one statement at a time. */
  private last: Promise<unknown> = Promise.resolve();

  /** With a beginning it is made anew where it broke; without one, when it is needed next. */
  constructor(url: string, begin?: Beginning) {
    this.url = url;
    this.begin = begin;
  }

  /** The rows that a statement gives. */
  async query(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const answer = this.last.then(async () => {
      const connection = await this.open();
      return serversAt(this.url).during(connection, () => connection.query(sql, values));
    });
    this.last = answer.catch(() => undefined);
    try {
      return (await answer).rows;
    } catch (error) {
      throw plainError(error);
    }
  }

  async open(): Promise<Client> {
    this.connection ??= this.connect().catch((error) => {
      this.connection = undefined;
      throw error;
    });
    return this.connection;
  }

  async end(): Promise<void> {
    this.isEnded = true;
    const connection = await this.connection?.catch(() => undefined);
    await connection?.end();
  }

  private async connect(): Promise<Client> {
    // Knex knows how to make one, and its pool ends those that nobody uses.
    const { writer } = openPostgres(this.url);
    const connection = (await writer.client.acquireRawConnection()) as Client;
    connection.on('error', () => undefined);
    try {
      await serversAt(this.url).during(connection, async () => {
        await connection.query(WAITS_AT_LENGTH);
        await this.begin?.(connection);
      });
    } catch (error) {
      await connection.end();
      throw plainError(error);
    }
    const asking = this.begin && setInterval(() => this.query('select 1').catch(() => undefined), ASKED_EVERY).unref();
    connection.on('end', () => {
      clearInterval(asking);
      this.connection = undefined;
      if (this.begin) void this.keepOpen();
    });
    return connection;
  }

  /** Makes it, were it by trying again and again. */
  async keepOpen(): Promise<void> {
    while (!this.isEnded) {
      try {
        await this.open();
        return;
      } catch {
        await sleep(AGAIN_AFTER, undefined, { ref: false });
      }
    }
  }
}
