import type { Database, Transaction } from '../../src/db/database.ts';

/**
 * From now on each transaction is lost when all but its end is done, and so begun anew, once. That happens on a server that is restarted, and what
 * comes of it must be the same: nothing outside the database may remember the first time.
 */
export function loseEachTransactionOnce(db: Database): void {
  for (const writing of [db, db.oneRow]) {
    const { write, note } = writing;
    writing.write = (work) => write(lostOnce(work));
    writing.note = (work) => note(lostOnce(work));
  }
  const { writePiece } = db;
  db.writePiece = (work) => writePiece(lostOnce(work));
}

function lostOnce<A extends unknown[], T>(work: (trx: Transaction, ...more: A) => Promise<T>) {
  let isLost = false;
  return async (trx: Transaction, ...more: A): Promise<T> => {
    const result = await work(trx, ...more);
    if (isLost) return result;
    isLost = true;
    throw Object.assign(new Error('Connection terminated'), { isLost });
  };
}
