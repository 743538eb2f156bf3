import { may, type Viewer } from '../../access/viewer.ts';
import type { Reader } from '../../db/database.ts';
import type { BulkAction } from '../../verbs/action.ts';
import { hasFacts } from '../bulk-item-store.ts';
import { type BulkOperation, phaseOf } from '../bulk-operation.ts';
import { BULK_SUBJECTS } from './bulk-subjects.ts';

/** Whether it can be taken back, and this viewer is one of those who may. */
export async function mayUndo(
  db: Reader,
  operation: BulkOperation,
  action: BulkAction,
  viewer: Viewer,
): Promise<boolean> {
  const { application, level } = BULK_SUBJECTS[operation.subjectType];
  const isOver = phaseOf(operation) === 'done' || phaseOf(operation) === 'cancelled';
  const mayAct = may(viewer, application, level);
  return isOver && mayAct && action.bulk.lasting === undefined && (await hasFacts(db, operation.id));
}
