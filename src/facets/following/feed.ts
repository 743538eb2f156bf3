import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Reader, Transaction } from '../../db/database.ts';
import { preparedInForms } from '../../db/prepared.ts';

/** So many changes are kept. Whoever fell further behind reads everything anew. */
const KEPT = 100_000;
/** So many are read, or removed, between the turns of others. */
const AT_ONCE = 10_000;

/** A table into which triggers write whose facts changed, the column that says whose, and the table of these records. */
export interface Feed {
  table: string;
  column: string;
  records: string;
  /** The column that names another record where it is that one alone that changed: whoever holds it knows what follows. */
  through?: string;
}

/** The number of the newest entry; 0 where there is none. */
export async function findNewestEntry(db: Reader, { table }: Feed): Promise<number> {
  const [{ newest }] = await selectNewest(db, { table }, {});
  return Number(newest ?? 0);
}

const selectNewest = preparedInForms<{ table: string }, object, { newest: number | null }>((db, { table }) =>
  db(table).max('id as newest'),
);

/**
 * Who is to be read, by each of the entries after one and up to another in their order, null where what follows is known without; undefined
 * where not all of these are there any more.
 */
export async function findChanged(
  db: Reader,
  { table, column, through }: Feed,
  after: number,
  upTo: number,
): Promise<(number | null)[] | undefined> {
  const changed: (number | null)[] = [];
  for (let from = after; from < upTo; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, upTo);
    const some = await selectEntries(db, { table, column, through }, { from, to });
    if (some.length !== to - from) return undefined;
    for (const { record, by } of some) changed.push(by == null ? record : null);
    if (to < upTo) await turnOfOthers();
  }
  return changed;
}

const selectEntries = preparedInForms<Omit<Feed, 'records'>, { from: number; to: number }, Entry>(
  (db, { table, column, through }, { from, to }) =>
    db(table)
      .where('id', '>', from)
      .where('id', '<=', to)
      .orderBy('id')
      .select({ record: column, ...(through && { by: through }) }),
  { isKept: false },
);

interface Entry {
  record: number;
  by?: number | null;
}

/** Keeps its newest part, and what came after an entry that somebody still counts from. Says whether there is more to be removed: it takes a part at a time. */
export async function pruneFeed(
  trx: Transaction,
  feed: Feed,
  neededAfter = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const until = Math.min((await findNewestEntry(trx, feed)) - KEPT, neededAfter);
  const [{ oldest }] = await trx(feed.table).min('id as oldest');
  const upTo = Math.min(Number(oldest ?? until) + AT_ONCE, until);
  await trx(feed.table).where('id', '<=', upTo).delete();
  return upTo < until;
}
