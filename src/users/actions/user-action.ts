import { mayAdminister, type Viewer } from '../../access/viewer.ts';
import { forbidden, inapplicable, NOT_YOURS, type Refusal } from '../../verbs/outcome.ts';
import type { Subject } from '../user.ts';

/** What can be done to a user besides editing. */
export type UserAction =
  | 'deactivate'
  | 'activate'
  | 'delete'
  | 'reset-login-attempts'
  | 'reinvite'
  | 'withdraw-invitation'
  | 'send-password-reset'
  | 'confirm-access';

/**
 * The one rule of who may do what to whom: the page shows a button by it and the verb obeys it.
 * What can only be judged over a whole set (that an administrator remains, that no two have one name) is added by `judge`.
 */
export function refusalOf(action: UserAction, viewer: Viewer, subject: Subject): Refusal | undefined {
  if (!mayAdminister(viewer, subject)) return forbidden(NOT_YOURS);
  const isSelf = viewer.id === subject.id;
  if (isSelf && action === 'deactivate') return forbidden('is yourself: nobody deactivates themself');
  if (isSelf && action === 'delete') return forbidden('is yourself: nobody deletes themself');
  if (isSelf && (action === 'send-password-reset' || action === 'reset-login-attempts'))
    return forbidden('is yourself: change your password under My credentials, or ask another administrator');
  return INAPPLICABLE[action](subject);
}

const INAPPLICABLE: Record<UserAction, (subject: Subject) => Refusal | undefined> = {
  deactivate: (subject) => (subject.activity === 'active' ? undefined : inapplicable(`is already ${subject.activity}`)),
  activate: (subject) => (subject.activity === 'active' ? inapplicable('is already active') : undefined),
  delete: (subject) => (subject.activity === 'deleted' ? inapplicable('is already deleted') : undefined),
  'reset-login-attempts': (subject) =>
    subject.loginAttempts + subject.attemptsAtKnownDevices === 0 && subject.lockedUntil === null
      ? inapplicable('has no failed attempts')
      : undefined,
  reinvite: (subject) =>
    unlessActive(subject) ??
    (subject.apiOnly ? inapplicable('is API-only, which has no invitation') : undefined) ??
    (subject.hasPassword ? inapplicable('has a password already') : undefined),
  'withdraw-invitation': (subject) =>
    subject.invitationExpiresAt === null ? inapplicable('has no open invitation') : undefined,
  'send-password-reset': (subject) =>
    unlessActive(subject) ??
    (subject.apiOnly ? inapplicable('is API-only and never signs in here') : undefined) ??
    (subject.hasPassword ? undefined : inapplicable('has no password yet: invite instead')),
  'confirm-access': unlessActive,
};

function unlessActive(subject: Subject): Refusal | undefined {
  return subject.activity === 'active' ? undefined : inapplicable(`is ${subject.activity}`);
}
