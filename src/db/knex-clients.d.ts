// Knex ships no types for its dialects; this is the one that Roster extends.
declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  export default class SqliteClient {
    transaction(...args: unknown[]): {
      begin(connection: unknown): Promise<unknown>;
      query(connection: unknown, sql: string): Promise<unknown>;
      isCompleted(): boolean;
      trxClient: SqliteClient;
    };
    emit(event: string, told: unknown): boolean;
    acquireConnection(): Promise<unknown>;
    releaseConnection(connection: unknown): Promise<void>;
    destroy(done?: () => void): Promise<void>;
    _query(connection: unknown, query: { sql: string; bindings?: unknown[]; response?: unknown }): Promise<unknown>;
    _formatBindings(bindings: unknown[]): unknown[];
  }
}

declare module 'knex/lib/dialects/postgres/index.js' {
  export default class PostgresClient {
    config: { notice?: string; changesTables?: boolean };
    connectionSettings: object;
    transacting?: boolean;
    transaction(...args: unknown[]): {
      begin(connection: unknown): Promise<unknown>;
      commit(connection: unknown, value: unknown): Promise<unknown>;
      query(connection: unknown, sql: string, status?: number, value?: unknown): Promise<unknown>;
      trxClient: { query(connection: unknown, sql: string): Promise<unknown> };
    };
    _acquireOnlyConnection(): Promise<import('pg').Client>;
    acquireRawConnection(): Promise<unknown>;
    acquireConnection(): Promise<unknown>;
    releaseConnection(connection: unknown): Promise<void>;
    runner(builder: unknown): { connection: unknown; run(): Promise<unknown> };
    positionBindings(sql: string): string;
    processResponse(
      query: { method?: string; output?: unknown; response?: { rows: unknown[] } },
      runner: unknown,
    ): unknown;
    _query(connection: unknown, query: { sql: string; bindings?: unknown[]; response?: unknown }): Promise<unknown>;
  }
}
