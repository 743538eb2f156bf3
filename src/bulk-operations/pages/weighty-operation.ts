import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { FieldErrors } from '../../forms/form.ts';
import { isWeighty } from '../../permissions/weighty-givings.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { actionOf, BULK_SUBJECTS, draftPathOf, isToBeChosen } from '../actions/bulk-subjects.ts';
import { TO_BE_CHOSEN } from '../bulk-operation.ts';
import { findItemIds } from '../bulk-piece-store.ts';
import { visibleOperation } from './visible-operation.ts';

/** More than so many are not changed by somebody who only found an open browser (R54). */
export const MANY = 100;

/** Whether an operation is of those that only somebody begins who has shown lately that it is they. */
export async function isWeightyOperation(app: AppContext, req: Request): Promise<boolean> {
  const operation = await visibleOperation(app, req, { acts: true });
  if (operation.size > MANY) return true;
  if (operation.executedAt !== null || operation.action === TO_BE_CHOSEN) return false;
  if (draftPathOf(operation) || isToBeChosen(operation)) return false;
  const ids = await findItemIds(app.db.read, operation.id);
  const action = await actionOf(app.db.read, operation, ids).catch((error) => {
    // What was chosen is gone: whoever carries it out says so.
    if (error instanceof FieldErrors) return undefined;
    throw error;
  });
  if (!action) return false;
  if (action.demandsProof) return true;
  const by = actOf(app, req);
  const subjects = await BULK_SUBJECTS[operation.subjectType].find(app.db.read, ids, by);
  return isWeighty(app.db.read, req.viewer!.id, (await action.givings?.(app.db.read, by, subjects)) ?? []);
}
