import type { Instant } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { giveWay } from '../process/giving-way.ts';
import { forgetItems } from './bulk-item-store.ts';
import { findEndedBefore, forgetOperation } from './bulk-operation-store.ts';

/** In one transaction, so that nobody is held up by a report of a million. */
const AT_ONCE = 5_000;

/** Forgets the reports of operations that ended before that: they cannot be looked at any more, nor taken back. */
export async function forgetReports(db: Database, before: Instant): Promise<void> {
  for (;;) {
    const id = await findEndedBefore(db.read, before);
    if (id === undefined) return;
    await db.writePiece(async (trx) => {
      if ((await forgetItems(trx, id, AT_ONCE)) < AT_ONCE) await forgetOperation(trx, id);
    });
    await giveWay();
  }
}
