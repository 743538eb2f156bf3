import type { Viewer } from '../../access/viewer.ts';
import type { Reader } from '../../db/database.ts';
import type { BulkAction } from '../../verbs/action.ts';
import { findChangedIds, hasFacts } from '../bulk-item-store.ts';
import { type BulkOperation, phaseOf, UNDO } from '../bulk-operation.ts';
import type { Draft } from '../bulk-operation-store.ts';
import { findParts } from '../part-store.ts';
import { maySteer } from './bulk-subjects.ts';

/** Whether it can be taken back, and this viewer is one of those who may. */
export async function mayUndo(
  db: Reader,
  operation: BulkOperation,
  action: BulkAction,
  viewer: Viewer,
): Promise<boolean> {
  const isOver = phaseOf(operation) === 'done' || phaseOf(operation) === 'cancelled';
  if (!isOver || action.bulk.lasting !== undefined) return false;
  const parts = await findParts(db, operation);
  if (!parts.every((part) => maySteer(viewer, part))) return false;
  for (const { id } of parts) if (await hasFacts(db, id)) return true;
  return false;
}

/** The draft that takes it back: what was done last goes first, so that each part finds what it left. */
export async function draftTakingBack(
  db: Reader,
  operation: BulkOperation,
): Promise<Pick<Draft, 'subjectType' | 'action' | 'ids' | 'undoes' | 'parts'>> {
  const drafts = [];
  for (const { id, subjectType } of await findParts(db, operation))
    drafts.unshift({ subjectType, action: UNDO, ids: await findChangedIds(db, id), undoes: id });
  const [first, ...parts] = drafts.length === 1 ? drafts : drafts.filter(({ ids }) => ids.length > 0);
  return { ...first, parts };
}
