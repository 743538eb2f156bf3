import type { Viewer } from '../../access/viewer.ts';
import type { Icon } from '../../text/icons.ts';
import { refusalOf, type UserAction } from '../actions/user-action.ts';
import type { Subject } from '../user.ts';
import type { State } from '../user-state.ts';
import { ACTION_PAGES, wordsFor } from './user-actions-controller.ts';

export interface OfferedAction {
  action: UserAction;
  label: string;
  path: string;
  icon: Icon;
  isDangerous: boolean;
}

export const ACTION_ICONS: Record<UserAction, Icon> = {
  'confirm-access': 'shield-check',
  'reset-login-attempts': 'unlock',
  reinvite: 'mail',
  'withdraw-invitation': 'x',
  'send-password-reset': 'key',
  activate: 'undo',
  deactivate: 'circle-slash',
  delete: 'trash',
};

/** What this viewer may do to this user now: the pages that ask once more, each by its address. */
export function offeredActions(viewer: Viewer, user: Subject): OfferedAction[] {
  return ACTION_PAGES.filter((page) => refusalOf(page.action, viewer, user) === undefined).map((page) => ({
    action: page.action,
    label: wordsFor(page, user).label,
    path: `/users/${user.id}/${page.path}/${page.page}`,
    icon: ACTION_ICONS[page.action],
    isDangerous: page.isDangerous ?? false,
  }));
}

/** What a state calls for; the first that is offered is the likeliest. */
export const CALLED_FOR: [State, UserAction][] = [
  ['locked', 'reset-login-attempts'],
  ['not-delivered', 'reinvite'],
  ['invitation-expired', 'reinvite'],
  ['not-invited', 'reinvite'],
  ['invited', 'reinvite'],
  ['to-be-confirmed', 'confirm-access'],
];

export function likeliest(offered: OfferedAction[], states: State[]): OfferedAction | undefined {
  const wanted = CALLED_FOR.filter(([state]) => states.includes(state)).map(([, action]) => action);
  for (const action of [...wanted, 'activate', 'confirm-access'])
    for (const one of offered) if (one.action === action) return one;
  return undefined;
}
