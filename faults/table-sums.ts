import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';

/** Of each column of each table one sum over all of its rows, in an order of the rows' own. */
export type TableSums = Map<string, string>;

/** Tables of the database itself, and those of the index of texts, which follow from others. */
const NOT_OURS = /^sqlite_|_(data|idx|content|docsize|config)$/;

export function tableSums(folder: string): TableSums {
  const db = new BetterSqlite(join(folder, 'roster.sqlite'), { readonly: true });
  try {
    const named = db.prepare(
      "select name from sqlite_schema where type = 'table' and sql not like 'create virtual%' order by name",
    );
    const tables = (named.pluck().all() as string[]).filter((name) => !NOT_OURS.test(name));
    return new Map(tables.flatMap((table) => [...sumsOf(db, table)]));
  } finally {
    db.close();
  }
}

function sumsOf(db: BetterSqlite.Database, table: string): Map<string, string> {
  const columns = db.prepare(`select name from pragma_table_info('${table}')`).pluck().all() as string[];
  const order = columns.slice(0, 3).map((_, n) => n + 1);
  const hashes = columns.map((): Hash => createHash('sha1'));
  const rows = db.prepare(`select * from "${table}" order by ${order.join()}`).raw();
  // So many rows go into the sums at once: a call for each value would take longer than the reading.
  let waiting = columns.map((): unknown[] => []);
  const take = () => {
    for (const [n, hash] of hashes.entries()) hash.update(JSON.stringify(waiting[n]));
    waiting = columns.map(() => []);
  };
  for (const row of rows.iterate() as IterableIterator<unknown[]>) {
    for (const [n, value] of row.entries()) waiting[n].push(value);
    if (waiting[0].length === 1_000) take();
  }
  take();
  return new Map(columns.map((column, n) => [`${table}.${column}`, hashes[n].digest('hex')]));
}

/** The columns that are not the same in both, by their tables. */
export function differing(before: TableSums, after: TableSums): string[] {
  return [...before.keys()].filter((column) => before.get(column) !== after.get(column));
}
