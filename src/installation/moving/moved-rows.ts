import { verifyChain } from '../../audit/chain.ts';
import {
  addStored,
  COPIED,
  copy,
  countRows,
  digestOf,
  endCopy,
  keptBy,
  LooseReference,
  stretches,
} from '../../db/copied-tables.ts';
import type { Database } from '../../db/database.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { findProgress, keepProgress, keepResting } from '../data/moved-mark.ts';

/** Is told how much there is to do of what, and then how much is done. */
export type Watch = (total: number, what: string) => (done: number) => void;

/** Copies what is not copied yet, stretch by stretch: each is there with the note that it is, or not at all. */
export async function copyTables(source: Database, target: Database, watch: Watch): Promise<void> {
  const { progress, resting } = await findProgress(target.read);
  if (!resting) return;
  const kept = keptBy(target.read);
  let total = 0;
  for (const table of COPIED) total += await countRows(source.read, table);
  const told = watch(total, 'rows');
  let done = 0;
  for (const table of COPIED) {
    const there = progress[table] ?? { last: undefined, rows: 0 };
    done += there.rows;
    let { rows: copied } = there;
    for await (const { rows, last } of stretches(source.read, table, kept, there.last)) {
      copied += rows.length;
      progress[table] = { last, rows: copied };
      await copy(target, async (trx) => {
        await addStored(trx, table, rows);
        await keepProgress(trx, progress);
      });
      done += rows.length;
      told(done);
    }
  }
}

/** From here on rows follow from others again, as in any installation. */
export async function finishCopy(source: Database, target: Database): Promise<void> {
  const { resting } = await findProgress(target.read);
  if (!resting) return;
  try {
    await copy(target, async (trx) => {
      await endCopy(trx, source.read, resting);
      await keepResting(trx, null);
    });
  } catch (error) {
    if (!(error instanceof LooseReference)) throw error;
    throw new CannotStart([
      `a row of the table ${error.message} names another that does not exist: the move cannot end`,
    ]);
  }
}

/** How much was compared. */
export interface Alike {
  rows: number;
  tables: number;
  events: number;
  passwords: number;
  erasedTexts: number;
}

/** Compares both sides as they stand. Throws CannotStart where anything differs. */
export async function requireAlike(source: Database, target: Database, auditKey: string): Promise<Alike> {
  const kept = keptBy(target.read);
  let rows = 0;
  for (const table of COPIED) {
    const expected = await digestOf(source.read, table, kept);
    const found = await digestOf(target.read, table, kept);
    if (found.rows !== expected.rows || found.sum !== expected.sum) throw different(target, `the table ${table}`);
    rows += found.rows;
  }
  const [before, after] = [await verifyChain(source.read, auditKey), await verifyChain(target.read, auditKey)];
  // What was broken before is none of the move's doing, and is there as it was.
  if (before.intact !== after.intact) throw different(target, 'the chain of the audit');
  const [{ passwords }] = await target.read('users').count('password_hash as passwords');
  const texts = (await countRows(source.read, 'audit_texts')) - (await countRows(target.read, 'audit_texts'));
  const events = await countRows(target.read, 'audit_events');
  return { rows, tables: COPIED.length, events, passwords: Number(passwords), erasedTexts: texts };
}

function different({ place }: Database, what: string): CannotStart {
  return new CannotStart([
    `${what} in ${place.name} is not what it is here: the move was not ended, and nothing lives there`,
  ]);
}
