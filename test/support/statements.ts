import { runsDirectly } from '../../src/db/prepared.ts';
import type { TestApp } from './app.ts';
import { isOnPostgres } from './postgres.ts';

/** How far a feed has come is asked for all who wait for an index then: how often, depends on when each of them came. */
const HOW_FAR = /^select max\(`id`\) as `newest` from `\w+_changes`$/;

/** What a request asks of the database: its statements, and how many rows they give. */
export interface Asked {
  /** With names as SQLite has them. */
  statements: string[];
  rows: number;
}

/** How much is read, and how much is asked on the writing connection, while the work is done. */
export async function askedInAll(
  app: TestApp,
  work: () => Promise<unknown>,
): Promise<{ read: number; written: number }> {
  let written = 0;
  const note = ({ sql }: { sql: string }) => {
    // What keeps the file in order comes when it likes.
    if (!/^pragma/i.test(sql)) written++;
  };
  app.db.writer.on('query', note);
  try {
    return { read: (await asked(app, work)).statements.length, written };
  } finally {
    app.db.writer.off('query', note);
  }
}

/** Looks on at what is read while the work is done. */
export async function asked({ db }: Pick<TestApp, 'db'>, work: () => Promise<unknown>): Promise<Asked> {
  const seen: Asked = { statements: [], rows: 0 };
  const note = (found: unknown, { sql }: { sql: string }) => {
    const statement = isOnPostgres ? sql.replaceAll('"', '`') : sql;
    if (HOW_FAR.test(statement)) return;
    seen.statements.push(statement);
    seen.rows += Array.isArray(found) ? found.length : 1;
  };
  db.read.on('query-response', note);
  // Those that are prepared as well.
  const direct = runsDirectly(db.read.client, undefined);
  try {
    await work();
  } finally {
    db.read.off('query-response', note);
    runsDirectly(db.read.client, direct);
  }
  return seen;
}
