import { hash } from 'node:crypto';
import { bulkInsert } from './bulk-insert.ts';
import type { Database, Reader, Transaction } from './contract.ts';
import { dialectOf } from './dialects.ts';
import { TABLES } from './tables.ts';

export { LooseReference } from './copying.ts';

type Value = string | number | null;
export type StoredRow = Record<string, Value>;

const OF_EACH_SIDE = 'moves';
/** All that an installation of this version is; what tells of moves is of each side. */
export const COPIED = Object.keys(TABLES)
  .filter((name) => name !== OF_EACH_SIDE)
  .toSorted();

/** So many letters, about, are read at once; rows differ much in length. */
const LETTERS_AT_ONCE = 1_000_000;
const MOST_AT_ONCE = 5_000;

/** Rows of a table as the other database will have them, and by which key to go on after them. */
export interface Stretch {
  rows: StoredRow[];
  last: Value[];
}

/** Everything from after a key on, by the key of the table. */
export async function* stretches(
  from: Reader,
  table: string,
  kept: (text: string) => string,
  after?: Value[],
): AsyncGenerator<Stretch> {
  const key = await dialectOf(from).copying.keyOf(from, table);
  const places = key.map(() => '??').join(', ');
  let last = after;
  for (let limit = 10; ; ) {
    const query = from<StoredRow, StoredRow[]>(table).orderBy(key).limit(limit);
    if (last) query.whereRaw(`(${places}) > (${key.map(() => '?').join(', ')})`, [...key, ...last] as string[]);
    const found = (await query) as StoredRow[];
    if (found.length === 0) return;
    last = key.map((column) => found.at(-1)![column]);
    const rows = found.map((row) => asKept(table, row, kept)).filter((row) => row !== undefined);
    yield { rows, last };
    if (found.length < limit) return;
    limit = nextLimit(limit, found);
  }
}

/**
 * A text that the other database cannot keep is kept as it keeps such texts. The digest of one of the audit would no longer be
 * its own, so there it is left out, as one that was erased.
 */
function asKept(table: string, row: StoredRow, kept: (text: string) => string): StoredRow | undefined {
  const values = Object.values(row);
  if (values.every((value) => typeof value !== 'string' || kept(value) === value)) return row;
  if (table === 'audit_texts') return undefined;
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, typeof value === 'string' ? kept(value) : value]),
  );
}

function nextLimit(limit: number, rows: StoredRow[]): number {
  const letters = rows.reduce((sum, row) => sum + JSON.stringify(row).length, 0);
  const fitting = Math.floor((limit * LETTERS_AT_ONCE) / letters);
  return Math.max(1, Math.min(fitting, 4 * limit, MOST_AT_ONCE));
}

/** Adds rows as they stand. The transaction must be one of `copy`. */
export async function addStored(trx: Transaction, table: string, rows: StoredRow[]): Promise<void> {
  await bulkInsert(trx, table, rows);
}

/** A transaction in which rows are copied. */
export async function copy<T>(db: Database, work: (trx: Transaction) => Promise<T>): Promise<T> {
  await dialectOf(db.writer).copying.prepare(db.writer);
  return db.write(work);
}

/** Empties the tables, and lets rest what follows from rows until `endCopy` is given what this gives. */
export async function beginCopy(trx: Transaction, tables = COPIED): Promise<string[]> {
  const resting = await dialectOf(trx).copying.rest(trx);
  for (const table of tables) await trx(table).delete();
  return resting;
}

/** Numbers that are given from now on follow on to those that the source gave. */
export async function endCopy(trx: Transaction, from: Reader, resting: string[], tables = COPIED): Promise<void> {
  await followOn(trx, await findLastNumbers(from, tables));
  await dialectOf(trx).copying.wake(trx, resting);
}

/** The last numbers that were given to rows, by tables; those of rows that are gone are among them. */
export type LastNumbers = Record<string, number>;

export async function findLastNumbers(db: Reader, tables = COPIED): Promise<LastNumbers> {
  const { keyOf, lastGiven, tablesOf } = dialectOf(db).copying;
  // It may be of an earlier version.
  const there = new Set(await tablesOf(db));
  const numbers: LastNumbers = {};
  for (const table of tables.filter((name) => there.has(name))) {
    if ((await keyOf(db, table)).join() !== 'id') continue;
    const [{ highest }] = await db(table).max('id as highest');
    numbers[table] = Math.max((await lastGiven(db, table)) ?? 0, highest ?? 0);
  }
  return numbers;
}

/** From now on no number is given that is not higher than these. */
export async function followOn(trx: Transaction, numbers: LastNumbers): Promise<void> {
  const given = await findLastNumbers(trx, Object.keys(numbers));
  for (const [table, own] of Object.entries(given)) {
    const last = Math.max(own, numbers[table]);
    if (last > 0) await dialectOf(trx).copying.goOnAfter(trx, table, last);
  }
}

/**
 * Puts everything of one database, as it stands at one moment, in the place of what is in the other, at once. Both must be of one
 * version; `atTheEnd` is part of it.
 */
export async function copyAll(from: Reader, to: Database, atTheEnd?: () => void): Promise<void> {
  const kept = keptBy(to.read);
  await dialectOf(from).copying.snapshot(from, (reader) =>
    copy(to, async (trx) => {
      const all = await dialectOf(trx).copying.tablesOf(trx);
      const tables = all.filter((table) => table !== OF_EACH_SIDE);
      const resting = await beginCopy(trx, tables);
      for (const table of tables)
        for await (const { rows } of stretches(reader, table, kept)) await addStored(trx, table, rows);
      await endCopy(trx, reader, resting, tables);
      atTheEnd?.();
    }),
  );
}

/** How the database keeps a text. */
export function keptBy(db: Reader): (text: string) => string {
  return dialectOf(db).kept;
}

export async function countRows(db: Reader, table: string): Promise<number> {
  const [{ rows }] = await db(table).count('* as rows');
  return Number(rows);
}

/** What tells two tables apart, of whichever kind of database, in whatever order their rows come. */
export interface TableDigest {
  rows: number;
  sum: string;
}

export async function digestOf(db: Reader, table: string, kept: (text: string) => string): Promise<TableDigest> {
  let count = 0;
  let sum = 0n;
  for await (const { rows } of stretches(db, table, kept)) {
    // Each kind of database may have them in another order.
    const columns = Object.keys(rows[0] ?? {}).sort();
    for (const row of rows) {
      count++;
      const text = JSON.stringify(columns.map((column) => row[column]));
      sum = BigInt.asUintN(256, sum + BigInt(`0x${hash('sha256', text)}`));
    }
  }
  return { rows: count, sum: sum.toString(16) };
}
