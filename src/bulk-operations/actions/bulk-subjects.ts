import type { Application } from '../../access/rights.ts';
import type { Undoings } from '../../audit/later-changes.ts';
import { type AskingAction, isAsking } from '../../bulk-operations/asking-action.ts';
import type { Day } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { GROUP_ACTIONS } from '../../groups/actions/group-actions.ts';
import { undoingGroups } from '../../groups/actions/group-undoing.ts';
import { findGroupsOf } from '../../groups/group-store.ts';
import { IMPORT } from '../../import/actions/import-action.ts';
import { FORM_SAVING } from '../../users/actions/operations/form-saving.ts';
import { MEMBERSHIP_END } from '../../users/actions/operations/membership-end.ts';
import { PEOPLE_INVITING } from '../../users/actions/operations/people-inviting.ts';
import { undoing } from '../../users/actions/operations/undoing.ts';
import { USER_OPERATIONS } from '../../users/actions/operations/user-operations.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { BulkAction, Subjected, Written } from '../../verbs/action.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { findWritten } from '../bulk-item-store.ts';
import { type BulkOperation, type SubjectType, UNDO } from '../bulk-operation.ts';
import { findUndoings } from '../bulk-operation-store.ts';

/** What can be done to many: at once, or after it was said which group, until when. */
export type Operation = BulkAction | AskingAction;

/** What operations can be done to the subjects of one type, and how these are found. */
export interface BulkSubject {
  noun: string;
  path: string;
  /** Who may write on it may do operations on them. */
  application: Application;
  /** In the order of the action bar. */
  operations: readonly Operation[];
  /** Those that have pages of their own, and only their reports here. */
  reported?: readonly Operation[];
  /** Throws NotFound where one is unknown. */
  find(db: Reader, ids: number[], today: Day): Promise<Subjected[]>;
  /** What takes an operation back, by what it wrote. */
  undoing(
    operationId: number,
    written: ReadonlyMap<number, Written & { version: number | null }>,
    undoings: Undoings,
  ): BulkAction;
}

export const BULK_SUBJECTS: Record<SubjectType, BulkSubject> = {
  user: {
    noun: 'user',
    path: '/users',
    application: 'users',
    operations: USER_OPERATIONS as readonly Operation[],
    reported: [PEOPLE_INVITING, MEMBERSHIP_END, IMPORT, ...FORM_SAVING] as Operation[],
    find: findSubjects,
    undoing: undoing as BulkSubject['undoing'],
  },
  group: {
    noun: 'group',
    path: '/groups',
    application: 'groups',
    operations: GROUP_ACTIONS as readonly Operation[],
    find: findGroupsOf,
    undoing: undoingGroups as BulkSubject['undoing'],
  },
};

export function findBulkAction(subjectType: SubjectType, name: string): Operation | undefined {
  return BULK_SUBJECTS[subjectType].operations.find((action) => action.name === name);
}

function findReported(subjectType: SubjectType, name: string): Operation | undefined {
  return BULK_SUBJECTS[subjectType].reported?.find((action) => action.name === name);
}

/** Whether it has to be said more before it can be judged. */
export function isToBeChosen({ subjectType, action, choices }: BulkOperation): AskingAction | undefined {
  const found = findBulkAction(subjectType, action);
  return found && isAsking(found) && Object.keys(choices).length === 0 ? found : undefined;
}

/**
 * The action of an operation as it was meant; where it takes another one back, for these subjects. Throws NotFound for one that there
 * is no more.
 */
export async function actionOf(db: Reader, operation: BulkOperation, ids: number[] = []): Promise<BulkAction> {
  const { subjectType, action, choices, undoes } = operation;
  if (action === UNDO && undoes !== null)
    return BULK_SUBJECTS[subjectType].undoing(
      undoes,
      await findWritten(db, undoes, ids),
      await findUndoings(db, undoes),
    );
  const found = findBulkAction(subjectType, action) ?? findReported(subjectType, action);
  if (!found) throw new NotFound('There is no such action any more.');
  return isAsking(found) ? found.chosen(db, choices) : found;
}
