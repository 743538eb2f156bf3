import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { claimOperation } from '../bulk-operation-store.ts';
import { executeAll } from './execution.ts';

/** Looks at each part of a draft as it will find everything when its turn comes: after those before it, of which nothing is kept. */
export async function rehearsed<Found>(
  trx: Transaction,
  act: Act,
  parts: BulkOperation[],
  look: (trx: Transaction, part: BulkOperation) => Promise<Found>,
): Promise<Found[]> {
  const found: Found[] = [];
  const rehearsal = trx.transaction(async (undone) => {
    for (const part of parts) {
      found.push(await look(undone, part));
      if (part === parts.at(-1)) break;
      await claimOperation(undone, part, act);
      await executeAll(undone, act, part);
    }
    throw new NothingKept();
  });
  await rehearsal.catch((error) => {
    if (!(error instanceof NothingKept)) throw error;
  });
  return found;
}

class NothingKept extends Error {}
