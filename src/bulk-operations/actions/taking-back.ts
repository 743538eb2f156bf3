import type { Reader } from '../../db/database.ts';
import type { BulkAction, Judge } from '../../verbs/action.ts';
import { findChangedIds, findWritten, hasFacts } from '../bulk-item-store.ts';
import { type BulkOperation, PIECE, phaseOf, UNDO } from '../bulk-operation.ts';
import { type Draft, findUndoings } from '../bulk-operation-store.ts';
import { findParts } from '../part-store.ts';
import { findTakersBack } from '../taken-back-store.ts';
import { hasForbidden } from '../tally.ts';
import { standsAsLeft } from '../undoable.ts';
import { BULK_SUBJECTS, maySteer } from './bulk-subjects.ts';

/** What is to be known of an operation before it is taken back. */
export interface TakingBack {
  /** Whether it can be taken back, all of it or what is left, and this viewer is one of those who may. */
  mayUndo: boolean;
  /** Which one took it back, if any did: the whole of it, where it has parts. */
  takenBackBy: number | null;
}

export async function takingBackOf(
  db: Reader,
  operation: BulkOperation,
  action: BulkAction | undefined,
  by: Judge,
): Promise<TakingBack> {
  const parts = await findParts(db, operation);
  const takers = await findTakersBack(
    db,
    parts.map(({ id }) => id),
  );
  const newest = [...takers.values()]
    .flat()
    .toSorted((a, b) => b.id - a.id)
    .at(0);
  const takenBackBy = newest === undefined ? null : (newest.partOf ?? newest.id);
  const isOver = phaseOf(operation) === 'done' || phaseOf(operation) === 'cancelled';
  const canBe = isOver && action !== undefined && action.bulk.lasting === undefined;
  if (!canBe || !parts.every((part) => maySteer(by.by, part))) return { mayUndo: false, takenBackBy };
  for (const part of parts)
    if ((await hasFacts(db, part.id)) && (await isLeft(db, part, takers.get(part.id) ?? [], by)))
      return { mayUndo: true, takenBackBy };
  return { mayUndo: false, takenBackBy };
}

/** Whether anything stands as it left it; of one that nobody took back that is for the sheet to say. */
async function isLeft(db: Reader, part: BulkOperation, takers: BulkOperation[], by: Judge): Promise<boolean> {
  if (takers.length === 0) return true;
  // What takes it back is still at it.
  if (takers.some((taker) => phaseOf(taker) === 'running' || phaseOf(taker) === 'paused')) return false;
  if (part.tally.changed > PIECE) return isLeftOfMany(part, takers);
  const ids = await findChangedIds(db, part.id);
  const { undoable, find } = BULK_SUBJECTS[part.subjectType];
  const written = await findWritten(db, part.id, ids);
  const undoings = await findUndoings(db, part.id);
  return standsAsLeft(db, by, undoable, { operationId: part.id, written, undoings }, await find(db, ids, by));
}

/** Too many to be looked at for a page: whether it was broken off, or left somebody out who is for others to put back. */
function isLeftOfMany({ tally }: BulkOperation, takers: BulkOperation[]): boolean {
  const changed = takers.reduce((sum, taker) => sum + taker.tally.changed, 0);
  const [newest] = takers;
  return changed < tally.changed && (newest.cancelledAt !== null || hasForbidden(newest.tally));
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
