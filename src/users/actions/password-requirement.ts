import { endAccess } from '../../sessions/actions/access-ending.ts';
import { counted, were } from '../../text/text.ts';
import { writtenOf } from '../../verbs/action.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { forbidden, inapplicable } from '../../verbs/outcome.ts';
import { forgetPasswords } from '../user-store.ts';
import { keepLastAdministrator } from './activity-change.ts';
import { issue, keepUnseenLinks } from './link-issue.ts';
import { administered, OWN_PASSWORD, type UserAction, unlessActive } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

/**
 * The password is worth nothing any more (R8): its hash is gone, so that no path takes it, and nobody without one is an administrator
 * (promise 4). The way back in is a link to choose a new one, which is made with it and can be asked for again.
 */
export const PASSWORD_REQUIREMENT: UserAction = {
  name: 'require-new-password',
  label: 'Require a new password',
  otherNames: ['Compromised password', 'Expire password'],
  icon: 'alert',
  demandsProof: true,
  isDangerous: true,
  path: 'password',
  method: 'delete',
  page: 'delete',
  button: 'Require a new password',
  consequences: (user) => [
    `The password of ${user.name} no longer signs in, from now on. Open sessions and links end at once.`,
    'A link to choose a new password is made with it. When it is over, “Forgot password?” or Send password reset gives another one.',
    'This is hygiene: whoever reads their mail gets in again. Where somebody else may have got in, choose Secure account.',
    'It cannot be taken back.',
  ],
  done: (user) => `${user.name} has to choose a new password.`,
  bulk: {
    button: (number) => `Require a new password of ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} required to choose a new password.`,
    consequence:
      'Their passwords no longer sign in, from now on, and their sessions end at once. Each gets a link to choose a new password.',
    lasting: 'It cannot be taken back: nobody signs in with the old password again.',
  },
  makes: 'password-reset',
  refusalOf: administered((subject, isSelf) => {
    if (isSelf) return forbidden(OWN_PASSWORD);
    return (
      unlessActive(subject) ??
      (subject.apiOnly ? inapplicable('is API-only and never signs in here') : undefined) ??
      (subject.hasPassword ? undefined : inapplicable('has no password'))
    );
  }),
  async refuseAmong(db, judge, outcomes) {
    await keepLastAdministrator(db, judge, outcomes);
    await keepUnseenLinks(db, judge, outcomes);
  },
  async perform(trx, act, subjects) {
    const ids = subjects.map(({ id }) => id);
    await forgetPasswords(trx, ids);
    const sessions = await endAccess(trx, act, ids);
    await recordOnUsers(trx, act, subjects, 'user.password-required', ({ id }) => ({
      after: sessions.get(id) ? { sessionsEnded: sessions.get(id) } : {},
    }));
    await issue(trx, act, subjects, 'password-reset');
    await requireAdministratorRemains(trx, act);
    return writtenOf(subjects, ({ passwordSetAt }) => ({ before: { passwordSetAt }, after: {} }));
  },
  was: ({ passwordSetAt }, format) => `had a password since ${format.moment(String(passwordSetAt))}`,
  events: { 'user.password-required': 'required a new password of' },
};
