import { mayAdminister, type Viewer } from '../../../access/viewer.ts';
import { type AskingAction, isAsking } from '../../../bulk-operations/asking-action.ts';
import type { Icon } from '../../../text/icons.ts';
import { USER_OPERATIONS } from '../../actions/operations/user-operations.ts';
import { type UserAction, wordsFor } from '../../actions/user-action.ts';
import { USER_ACTIONS } from '../../actions/user-actions.ts';
import type { Subject } from '../../user.ts';
import type { State } from '../../user-state.ts';

export interface OfferedAction {
  action: UserAction;
  label: string;
  path: string;
  icon: Icon;
  isDangerous: boolean;
}

/** What this viewer may do to this user now: the pages that ask once more, each by its address. What destroys comes last. */
export function offeredActions(viewer: Viewer, user: Subject): OfferedAction[] {
  return USER_ACTIONS.toReversed()
    .filter((action) => action.refusalOf(viewer, user) === undefined)
    .map((action) => ({
      action,
      label: wordsFor(action, user).label,
      path: `/users/${user.id}/${action.path}/${action.page}`,
      icon: action.icon,
      isDangerous: action.isDangerous ?? false,
    }));
}

/** What the states call for, or else what is likeliest at any time. */
export function likeliest(offered: OfferedAction[], states: State[]): OfferedAction | undefined {
  const inOrder = offered.toReversed();
  const isCalledFor = ({ action }: OfferedAction) => action.calledForBy?.some((state) => states.includes(state));
  return inOrder.find(isCalledFor) ?? inOrder.find(({ action }) => action.isLikely);
}

/** What has to be told more first: which group, until when. */
export function offeredOperations(viewer: Viewer, user: Subject): AskingAction<Subject>[] {
  if (user.activity === 'deleted' || !mayAdminister(viewer, user)) return [];
  return USER_OPERATIONS.filter((operation) => isAsking(operation)).filter(({ isFor }) => isFor?.(user) ?? true);
}

/** The same as a record shows it. */
export function operableUser(viewer: Viewer, user: Subject) {
  return { subject: 'user', id: user.id, view: `/users/${user.id}`, operations: offeredOperations(viewer, user) };
}
