import PostgresClient from 'knex/lib/dialects/postgres/index.js';
import type { Client } from 'pg';
import { plainError, poolIsFull } from './errors.ts';
import type { Servers } from './servers.ts';
import { withoutNul } from './text.ts';

/** By the numbers of the types, all of which come as text: whole numbers of each width, sums, flags. */
const PARSED: Record<number, (text: string) => unknown> = {
  20: Number,
  21: Number,
  // Where a migration for both databases says `integer`.
  23: Number,
  1700: Number,
  // As SQLite has it, so that a place in a list is the same in both.
  16: (text) => (text === 't' ? 1 : 0),
};

export const TYPES = { getTypeParser: (type: number) => PARSED[type] ?? String };

interface Query {
  sql: string;
  bindings?: unknown[];
  method?: string;
  output?: unknown;
  response?: { rows: unknown[] };
}

/**
 * It connects to whichever server takes changes. The parts of a statement that are raw give rows, as SQLite gives them; errors say nothing of
 * values (R91).
 */
export class RosterPostgresClient extends PostgresClient {
  override _acquireOnlyConnection(): Promise<Client> {
    const { servers } = this.config as { servers: Servers };
    return servers.connect((connectionString) => {
      const settings = { ...this.connectionSettings, connectionString };
      return super._acquireOnlyConnection.call(Object.create(this, { connectionSettings: { value: settings } }));
    });
  }

  override async acquireRawConnection(): Promise<unknown> {
    try {
      return await super.acquireRawConnection();
    } catch (error) {
      throw plainError(error);
    }
  }

  override async acquireConnection(): Promise<unknown> {
    try {
      return await super.acquireConnection();
    } catch (error) {
      throw poolIsFull(error) ?? error;
    }
  }

  override processResponse(query: Query, runner: unknown): unknown {
    if (query.method === 'raw' && !query.output) return query.response?.rows ?? [];
    return super.processResponse(query, runner);
  }

  override async _query(connection: unknown, query: Query): Promise<unknown> {
    query.bindings = query.bindings?.map(asParameter);
    const { servers } = this.config as { servers: Servers };
    try {
      return await servers.during(connection as Client, () => super._query(connection, query));
    } catch (error) {
      throw plainError(error);
    }
  }
}

/** A flag is taken for a number where the column is one of numbers. */
function asParameter(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' ? withoutNul(value) : value;
}
