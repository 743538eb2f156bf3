import type { Database, Transaction } from './contract.ts';

/** The same, but each time it would write it first asks, with the lock of those who write, whether it may. */
export function guarded(db: Database, ask: (trx: Transaction) => Promise<void>): Database {
  const asking =
    <T>(work: (trx: Transaction) => Promise<T>) =>
    async (trx: Transaction) => {
      await ask(trx);
      return work(trx);
    };
  const writing = ({ write, note }: Database['oneRow']): Database['oneRow'] => ({
    write: (work) => write(asking(work)),
    note: (work) => note(asking(work)),
  });
  const writePiece: Database['writePiece'] = (work) =>
    db.writePiece(async (trx, isWaitedFor) => {
      await ask(trx);
      return work(trx, isWaitedFor);
    });
  return { ...db, ...writing(db), writePiece, oneRow: writing(db.oneRow) };
}
