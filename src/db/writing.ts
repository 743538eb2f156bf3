import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Database, Transaction } from './contract.ts';
import { DatabaseBusy, isBusy, isUnavailable, isUnreachable, OutcomeUnknown } from './errors.ts';

const BUSY_PATIENCE = 5_000;
const NOTE_PATIENCE = 200;

export interface WritingHooks {
  /** Before a transaction, and before its end is told: throws where nothing that is written is kept. */
  check?(): void;
  /** Before a transaction that is flushed with its commit: what stands ahead of it would be flushed with that as well. */
  ahead?(): Promise<unknown> | undefined;
  /** After a change. */
  changed?(): void;
  /** Around a piece of a long work; it can be asked whether somebody stands in line behind it. */
  aside?<T>(piece: () => Promise<T>, isWaitedFor: () => boolean): Promise<T>;
  /** Whether there are connections for several transactions at once. */
  areMany?: boolean;
}

/** How everything is written, through one connection or through many. */
export function writingThrough(writer: Knex, hooks: WritingHooks): Pick<Database, 'write' | 'writePiece' | 'note'> {
  /** Those who write stand in line: where many ask for a lock that another process holds, the wait of each may block every request. */
  let last: Promise<unknown> = Promise.resolve();
  let standing = 0;
  function inLine<T>(work: () => Promise<T>): Promise<T> {
    if (hooks.areMany) return work();
    standing++;
    const turn = last.then(() => {
      standing--;
      return work();
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  async function attempt<T>(work: (trx: Transaction) => Promise<T>, patientUntil: number): Promise<T> {
    // Another process may hold the write lock. A wait of the database itself could block every request,
    // so it is kept short and repeated from here.
    for (let pause = 10; ; pause = Math.min(pause * 2, 200)) {
      const transaction = new OneTransaction(writer);
      try {
        hooks.check?.();
        const result = await transaction.run(work);
        // A commit succeeds in a file that was deleted as well.
        hooks.check?.();
        hooks.changed?.();
        return result;
      } catch (error) {
        const isToRepeat = isBusy(error) || (isUnreachable(error) && !transaction.isOutcomeUnknown);
        if (isUnreachable(error) && transaction.isOutcomeUnknown) throw new OutcomeUnknown();
        if (!isToRepeat) throw error;
        if (performance.now() > patientUntil) throw isBusy(error) ? new DatabaseBusy({ cause: error }) : error;
        await sleep(pause);
      }
    }
  }

  async function attemptBehind<T>(work: (trx: Transaction) => Promise<T>, patientUntil: number): Promise<T> {
    await hooks.ahead?.();
    return attempt(work, patientUntil);
  }

  return {
    write(work) {
      const patientUntil = performance.now() + BUSY_PATIENCE;
      return inLine(() => attemptBehind(work, patientUntil));
    },
    writePiece(work) {
      const patientUntil = performance.now() + BUSY_PATIENCE;
      const { aside = (piece) => piece() } = hooks;
      const isWaitedFor = () => standing > 0;
      const piece = () => attempt((trx) => work(trx, isWaitedFor), patientUntil);
      return inLine(() => aside(piece, isWaitedFor));
    },
    async note(work) {
      const patientUntil = performance.now() + NOTE_PATIENCE;
      let isTooLate = false;
      const taken = inLine(async () => {
        if (!isTooLate) await attemptBehind(work, patientUntil);
      }).catch((error) => {
        if (!isUnavailable(error)) throw error;
      });
      await Promise.race([taken, sleep(NOTE_PATIENCE, undefined, { ref: false })]);
      isTooLate = true;
    },
  };
}

class OneTransaction {
  /** What it did may be kept: it was lost sight of while it was committed. */
  isOutcomeUnknown = false;
  private readonly writer: Knex;

  constructor(writer: Knex) {
    this.writer = writer;
  }

  /** A database may undo a transaction that its disk refused; undoing it again then fails, in words that say nothing of the disk. */
  async run<T>(work: (trx: Transaction) => Promise<T>): Promise<T> {
    let first: unknown;
    try {
      return await this.writer.transaction(async (trx) => {
        try {
          const result = await work(trx);
          this.isOutcomeUnknown = true;
          return result;
        } catch (error) {
          first = error;
          throw error;
        }
      });
    } catch (error) {
      throw first ?? error;
    }
  }
}
