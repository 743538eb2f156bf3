import type { BulkOperation } from '../bulk-operations/bulk-operation.ts';
import { findWhole } from '../bulk-operations/part-store.ts';
import type { Reader } from '../db/database.ts';
import { idIn } from '../text/record-id.ts';
import { NotFound } from '../verbs/refusals.ts';

/** The operation of the number that was typed, or the whole of which that is a part; undefined where there is none. */
export async function findNamedOperation(db: Reader, typed: string): Promise<BulkOperation | undefined> {
  const id = idIn(typed);
  if (id === undefined) return undefined;
  return findWhole(db, id).catch((error) => {
    if (error instanceof NotFound) return undefined;
    throw error;
  });
}
