import type BetterSqlite from 'better-sqlite3';
import SqliteClient from 'knex/lib/dialects/better-sqlite3/index.js';
import { KeptAnswers } from './kept-answers.ts';
import { type Query, statementsRun } from './writing-client.ts';

/** More than the program has; those with lists of their own in them make room for one another. */
const STATEMENTS_KEPT = 1_000;

/**
 * Reading takes no turns: a statement is over before another could begin, so one connection serves all. What it has compiled is
 * kept, and what prepared statements gave as well until anybody commits: SQLite tells that in a hundredth of the time in which a page
 * would read once more who asks, what they may and what the tags are called.
 */
export class ReadingSqliteClient extends SqliteClient {
  private connection: Promise<BetterSqlite.Database> | undefined;
  private opened: BetterSqlite.Database | undefined;
  private readonly statements = new Map<string, BetterSqlite.Statement>();
  private readonly answers = new KeptAnswers();
  private version: unknown;
  /** Whether it was looked for a commit since others last had a turn, and what was written here by then. */
  private hasLooked = false;
  private written = 0;

  override async acquireConnection(): Promise<BetterSqlite.Database> {
    this.connection ??= super.acquireConnection() as Promise<BetterSqlite.Database>;
    try {
      this.opened = await this.connection;
      return this.opened;
    } catch (error) {
      this.connection = undefined;
      throw error;
    }
  }

  /** It is kept until the end. */
  override async releaseConnection(): Promise<void> {}

  override async destroy(done?: () => void): Promise<void> {
    if (this.opened) await super.releaseConnection(this.opened);
    this.connection = undefined;
    this.opened = undefined;
    this.statements.clear();
    this.answers.forget();
    await super.destroy(done);
  }

  override async _query(_connection: unknown, query: Query) {
    query.response = this.all(query.sql, query.bindings ?? []);
    return query;
  }

  /** The rows of a statement; those that are kept nobody may change. */
  async read(sql: string, values: unknown[], isKept: boolean): Promise<unknown[]> {
    if (!this.opened) await this.acquireConnection();
    if (!isKept) return this.all(sql, values);
    this.look();
    return this.answers.get(sql, values, () => this.all(sql, values));
  }

  /**
   * Forgets the answers where anybody committed. A page reads all that it needs in one go: as long as nobody else has had a turn, no one can
   * have been told of a commit of another process, so that one look is enough unless this one writes as well.
   */
  private look(): void {
    const written = statementsRun();
    if (this.hasLooked && written === this.written) return;
    if (!this.hasLooked) whenOthersHaveATurn(() => (this.hasLooked = false));
    this.hasLooked = true;
    this.written = written;
    const version = this.statement('pragma data_version').pluck().get();
    if (version !== this.version) this.answers.forget();
    this.version = version;
  }

  private all(sql: string, values: unknown[]): unknown[] {
    return this.statement(sql).all(this._formatBindings(values));
  }

  private statement(sql: string): BetterSqlite.Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.opened!.prepare(sql);
      this.statements.set(sql, statement);
      if (this.statements.size > STATEMENTS_KEPT) this.statements.delete(this.statements.keys().next().value!);
    }
    return statement;
  }
}

/** After everything that goes on without waiting for the outside: a tick comes when all that was promised by then is kept. */
function whenOthersHaveATurn(done: () => void): void {
  queueMicrotask(() => process.nextTick(done));
}
