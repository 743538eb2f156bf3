import type { Application, Level } from '../../access/rights.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import { minuteOf } from '../../clock.ts';
import { findContactSubjects } from '../../contacts/actions/contact-subject.ts';
import { CONTACT_FORMS, CONTACT_OPERATIONS } from '../../contacts/actions/operations/contact-operations.ts';
import { CONTACT_UNDOING } from '../../contacts/actions/operations/contact-undoing.ts';
import type { Reader } from '../../db/database.ts';
import { GROUP_FORMS, GROUP_OPERATIONS } from '../../groups/actions/operations/group-operations.ts';
import { GROUP_UNDOING } from '../../groups/actions/operations/group-undoing.ts';
import { findGroupsOf } from '../../groups/group-store.ts';
import { CONTACT_IMPORT, USER_IMPORT } from '../../import/actions/import-action.ts';
import { LEAVING } from '../../leaving/actions/leaving.ts';
import { type Format, format } from '../../text/format.ts';
import { FORM_SAVING } from '../../users/actions/operations/form-saving.ts';
import { IDLE_ENDING } from '../../users/actions/operations/idle-ending.ts';
import { MEMBERSHIP_END } from '../../users/actions/operations/membership-end.ts';
import { PEOPLE_INVITING } from '../../users/actions/operations/people-inviting.ts';
import { USER_OPERATIONS } from '../../users/actions/operations/user-operations.ts';
import { USER_UNDOING } from '../../users/actions/operations/user-undoing.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { BulkAction, Judge, Subjected } from '../../verbs/action.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { type AskingAction, isAsking, offeredBy } from '../asking-action.ts';
import { findWritten } from '../bulk-item-store.ts';
import { type BulkOperation, type SubjectType, UNDO } from '../bulk-operation.ts';
import { findUndoings } from '../bulk-operation-store.ts';
import type { Undoable } from '../undoable.ts';
import { undoing } from '../undoing.ts';

/** What can be done to many: at once, or after it was said which group, until when. */
export type Operation = BulkAction | AskingAction;

/** What operations can be done to the subjects of one type, and how these are found. */
export interface BulkSubject {
  noun: string;
  path: string;
  /** Who may read it may look at their reports. */
  application: Application;
  /** Who holds this on it may begin operations on them; on which of them is said by each action. */
  level: Level;
  /** In the order of the action bar. */
  operations: readonly Operation[];
  /** Those that have pages of their own, and only their reports here. */
  reported: readonly Operation[];
  /** As far as whoever acts may know them. Throws NotFound where one is unknown. */
  find(db: Reader, ids: number[], by: Judge): Promise<Subjected[]>;
  undoable: Undoable<Subjected>;
}

export const BULK_SUBJECTS: Record<SubjectType, BulkSubject> = {
  user: {
    noun: 'user',
    path: '/users',
    application: 'users',
    level: 'write',
    operations: USER_OPERATIONS as readonly Operation[],
    reported: [LEAVING, PEOPLE_INVITING, MEMBERSHIP_END, IDLE_ENDING, USER_IMPORT, ...FORM_SAVING] as Operation[],
    find: (db, ids, { at }) => findSubjects(db, ids, minuteOf(at)),
    undoable: USER_UNDOING as unknown as Undoable<Subjected>,
  },
  group: {
    noun: 'group',
    path: '/groups',
    application: 'groups',
    level: 'write',
    operations: GROUP_OPERATIONS as readonly Operation[],
    reported: GROUP_FORMS as Operation[],
    find: findGroupsOf,
    undoable: GROUP_UNDOING as unknown as Undoable<Subjected>,
  },
  contact: {
    noun: 'contact',
    path: '/contacts',
    application: 'contacts',
    // One's own contacts are changed without write.
    level: 'read',
    operations: CONTACT_OPERATIONS as readonly Operation[],
    reported: [CONTACT_IMPORT, ...CONTACT_FORMS] as Operation[],
    find: findContactSubjects,
    undoable: CONTACT_UNDOING as unknown as Undoable<Subjected>,
  },
};

/** What actions were called before: kept operations and programs still call them so. */
const FORMER_NAMES: Record<string, string> = { 'set-expiry': 'set-leaving' };

export function findBulkAction(subjectType: SubjectType, name: string): Operation | undefined {
  const current = Object.hasOwn(FORMER_NAMES, name) ? FORMER_NAMES[name] : name;
  return BULK_SUBJECTS[subjectType].operations.find((action) => action.name === current);
}

function findReported(subjectType: SubjectType, name: string): Operation | undefined {
  return BULK_SUBJECTS[subjectType].reported.find((action) => action.name === name);
}

/** Where a draft is worked on; undefined where that is its sheet. */
export function draftPathOf({ id, subjectType, action }: BulkOperation): string | undefined {
  const found = findReported(subjectType, action);
  return found && isAsking(found) ? found.draftPath?.(id) : undefined;
}

/** Whether it has to be said more before it can be judged. */
export function isToBeChosen({ subjectType, action, choices }: BulkOperation): AskingAction | undefined {
  const found = findBulkAction(subjectType, action);
  return found && isAsking(found) && Object.keys(choices).length === 0 ? found : undefined;
}

/** What may be said of it, whether it has to be or was already. */
export function askedOf(operation: Operation): AskingAction | undefined {
  return isAsking(operation) ? operation : offeredBy(operation);
}

/** Whether the viewer may steer an operation, or take it back: others' only who may write. */
export function maySteer(viewer: Viewer, { subjectType, createdBy }: BulkOperation): boolean {
  const { application, level } = BULK_SUBJECTS[subjectType];
  return may(viewer, application, createdBy === viewer.id ? level : 'write');
}

/** Those parts of an operation of which the viewer may see what was done to whom. */
export function readable(viewer: Viewer, parts: BulkOperation[]): BulkOperation[] {
  return parts.filter(({ subjectType }) => may(viewer, BULK_SUBJECTS[subjectType].application, 'read'));
}

/** What of an operation says what it does. */
export type Meaning = Pick<BulkOperation, 'subjectType' | 'action' | 'choices' | 'undoes'>;

/**
 * The action of an operation as it was meant, in words for whoever reads them; where it takes another one back, for these subjects. Throws NotFound for one that there
 * is no more.
 */
export async function actionOf(
  db: Reader,
  operation: Meaning,
  ids: number[] = [],
  words: Format = format,
): Promise<BulkAction> {
  const { subjectType, action, choices, undoes } = operation;
  if (action === UNDO && undoes !== null)
    return undoing(BULK_SUBJECTS[subjectType].undoable, {
      operationId: undoes,
      written: await findWritten(db, undoes, ids),
      undoings: await findUndoings(db, undoes),
    });
  const found = findBulkAction(subjectType, action) ?? findReported(subjectType, action);
  if (!found) throw new NotFound('There is no such action any more.');
  if (isAsking(found)) return found.chosen(db, choices, words);
  const offers = Object.keys(choices).length > 0 ? offeredBy(found) : undefined;
  return offers ? offers.chosen(db, choices, words) : found;
}
