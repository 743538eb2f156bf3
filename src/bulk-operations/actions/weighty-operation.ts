import type { Reader } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { isWeighty } from '../../permissions/weighty-givings.ts';
import type { Judge } from '../../verbs/action.ts';
import { type BulkOperation, TO_BE_CHOSEN } from '../bulk-operation.ts';
import { findItemIds } from '../bulk-piece-store.ts';
import { findParts } from '../part-store.ts';
import { actionOf, BULK_SUBJECTS, draftPathOf, isToBeChosen } from './bulk-subjects.ts';

/** More than so many are not changed by somebody who only found an open browser (R54). */
export const MANY = 100;

/** Whether an operation is of those that only somebody begins who has shown lately that it is they. */
export async function weighsMuch(db: Reader, by: Judge, operation: BulkOperation): Promise<boolean> {
  if (operation.size > MANY) return true;
  if (operation.executedAt !== null || operation.action === TO_BE_CHOSEN) return false;
  if (draftPathOf(operation) || isToBeChosen(operation)) return false;
  // What one part gives another may open: what was done to several kinds at once is not weighed piece by piece.
  if ((await findParts(db, operation)).length > 1) return true;
  const ids = await findItemIds(db, operation.id);
  const action = await actionOf(db, operation, ids).catch((error) => {
    // What was chosen is gone: whoever carries it out says so.
    if (error instanceof FieldErrors) return undefined;
    throw error;
  });
  if (!action) return false;
  if (action.demandsProof) return true;
  const subjects = await BULK_SUBJECTS[operation.subjectType].find(db, ids, by);
  return isWeighty(db, by.by.id ?? 0, (await action.givings?.(db, by, subjects)) ?? []);
}
