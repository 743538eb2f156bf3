import { DAY, HOUR, instant } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import { giveWay } from '../../process/giving-way.ts';
import { forgetPlanned } from '../import-plan-store.ts';
import { findForgettable, forgetImport, forgetLines } from '../import-store.ts';

/** In one transaction, so that nobody is held up by a file of a million lines. */
const AT_ONCE = 5_000;
/** For so long the refused lines of a file that was imported can be had. */
const KEPT_WHEN_APPLIED = 7 * DAY;

/** Longer than any file takes to be taken in: what is older broke off, on a full disk or with the program, and was told to nobody or as not done. */
const READ_WITHIN = HOUR;

/** Forgets the lines of files: the next day where nobody imported them. */
export async function forgetOldImports(db: Database, now: number): Promise<void> {
  const limits = {
    before: instant(now - DAY),
    appliedBefore: instant(now - KEPT_WHEN_APPLIED),
    readingBefore: instant(now - READ_WITHIN),
  };
  for (;;) {
    const id = await findForgettable(db.read, limits);
    if (id === undefined) return;
    await forgetWhole(db, id);
  }
}

/** Forgets a file with all that is known of it; of the users whom it made or changed nothing. */
export async function forgetWhole(db: Database, id: number): Promise<void> {
  let isEmpty = false;
  while (!isEmpty) {
    isEmpty = await db.writePiece(async (trx) => {
      const isUnplanned = (await forgetPlanned(trx, id, AT_ONCE)) === 0;
      if (!isUnplanned || !(await forgetLines(trx, id, AT_ONCE))) return false;
      await forgetImport(trx, id);
      return true;
    });
    await giveWay();
  }
}
