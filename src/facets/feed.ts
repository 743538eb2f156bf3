import type { Reader, Transaction } from '../db/database.ts';
import { preparedInForms } from '../db/prepared.ts';

/** So many changes are kept. Whoever fell further behind reads everything anew. */
const KEPT = 100_000;

/** A table into which triggers write whose facts changed, the column that says whose, and the table of these records. */
export interface Feed {
  table: string;
  column: string;
  records: string;
}

/** The number of the newest entry; 0 where there is none. */
export async function findNewestEntry(db: Reader, { table }: Feed): Promise<number> {
  const [{ newest }] = await selectNewest(db, { table }, {});
  return Number(newest ?? 0);
}

const selectNewest = preparedInForms<{ table: string }, object, { newest: number | null }>((db, { table }) =>
  db(table).max('id as newest'),
);

/** For each entry after one and up to another, whose facts changed. */
export async function findEntriesBetween(
  db: Reader,
  { table, column }: Feed,
  after: number,
  upTo: number,
): Promise<number[]> {
  return db(table).where('id', '>', after).where('id', '<=', upTo).pluck(column);
}

/** Keeps its newest part, and what came after an entry that somebody still counts from. */
export async function pruneFeed(trx: Transaction, feed: Feed, neededAfter = Number.POSITIVE_INFINITY): Promise<void> {
  const newest = await findNewestEntry(trx, feed);
  await trx(feed.table)
    .where('id', '<=', Math.min(newest - KEPT, neededAfter))
    .delete();
}
