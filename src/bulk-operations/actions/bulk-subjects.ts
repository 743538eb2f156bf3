import type { Application } from '../../access/rights.ts';
import type { Day } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { GROUP_ACTIONS } from '../../groups/actions/group-actions.ts';
import { findGroupsOf } from '../../groups/group-store.ts';
import { USER_ACTIONS } from '../../users/actions/user-actions.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Action, BulkWords, Subjected } from '../../verbs/action.ts';
import { NotFound } from '../../verbs/refusals.ts';
import type { BulkOperation, SubjectType } from '../bulk-operation.ts';
import type { BulkItem } from '../bulk-operation-store.ts';

/** What operations can be done to the subjects of one type, and how these are found. */
export interface BulkSubject {
  noun: string;
  path: string;
  /** Who may write on it may do operations on them. */
  application: Application;
  actions: readonly Action<Subjected>[];
  /** Throws NotFound where one is unknown. */
  find(db: Reader, ids: number[], today: Day): Promise<Subjected[]>;
}

export const BULK_SUBJECTS: Record<SubjectType, BulkSubject> = {
  user: { noun: 'user', path: '/users', application: 'users', actions: USER_ACTIONS, find: findSubjects },
  group: { noun: 'group', path: '/groups', application: 'groups', actions: GROUP_ACTIONS, find: findGroupsOf },
};

/** An action that can be done to many at once. */
export type BulkAction = Action<Subjected> & { bulk: BulkWords };

/** In the order of the action bar. */
export function bulkActionsOf(subjectType: SubjectType): BulkAction[] {
  return BULK_SUBJECTS[subjectType].actions.filter((action): action is BulkAction => action.bulk !== undefined);
}

export function findBulkAction(subjectType: SubjectType, name: string): BulkAction | undefined {
  return bulkActionsOf(subjectType).find((action) => action.name === name);
}

/** Throws NotFound for an operation of an action that there is no more. */
export function actionOf({ subjectType, action }: Pick<BulkOperation, 'subjectType' | 'action'>): BulkAction {
  const found = findBulkAction(subjectType, action);
  if (!found) throw new NotFound('There is no such action any more.');
  return found;
}

/** The action that takes back what an operation did to those whom it changed; undefined where it is not known, or would do something else. */
export function inverseOf({ subjectType, action: name }: BulkOperation, items: BulkItem[]): BulkAction | undefined {
  const action = findBulkAction(subjectType, name);
  const changed = items.filter((item) => item.outcome === 'changed');
  const isKnown = changed.length > 0 && changed.every((item) => item.version !== null);
  const isInvertible = isKnown && changed.every((item) => action?.isInvertible?.(item.before) ?? true);
  return isInvertible ? findBulkAction(subjectType, action?.inverse ?? '') : undefined;
}
