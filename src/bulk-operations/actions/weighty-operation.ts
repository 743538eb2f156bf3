import { givesAdministration } from '../../access/administrators.ts';
import { findPotentialRights } from '../../access/granted-rights.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { isWeightyAction } from '../../permissions/weighty-givings.ts';
import type { Judge } from '../../verbs/action.ts';
import { type BulkOperation, TO_BE_CHOSEN } from '../bulk-operation.ts';
import { findItemIds } from '../bulk-piece-store.ts';
import { findParts } from '../part-store.ts';
import { ENDING_RIGHTS } from '../schedulable.ts';
import { findSchedule } from '../schedule-store.ts';
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
  return isWeightyAction(db, by, action, await BULK_SUBJECTS[operation.subjectType].find(db, ids, by));
}

/** Whether somebody stays an administrator for longer where what is scheduled is not done, or later (R54). */
export async function weighsToPutOff(db: Reader, by: Judge, operation: BulkOperation): Promise<boolean> {
  if (!ENDING_RIGHTS.has(operation.action) || !(await findSchedule(db, operation.id))) return false;
  const rights = await findPotentialRights(db, await findItemIds(db, operation.id), minuteOf(by.at));
  return [...rights.values()].some(givesAdministration);
}
