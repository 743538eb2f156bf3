import { hasToChoosePassword } from '../../access/admission.ts';
import { counted, were } from '../../text/text.ts';
import { writtenOf } from '../../verbs/action.ts';
import { forbidden, inapplicable, leaveOut } from '../../verbs/outcome.ts';
import { issue, keepUnseenLinks } from './link-issue.ts';
import { administered, OWN_PASSWORD, type UserAction, unlessActive } from './user-action.ts';

const UNCONFIRMED = 'has a new email that nobody has confirmed yet: confirm it first';

/** A link to choose a new password: nobody but the user ever sees or sets one (R43). */
export const PASSWORD_RESET: UserAction = {
  name: 'send-password-reset',
  label: 'Send password reset',
  otherNames: ['Reset password', 'Password reset'],
  icon: 'key',
  demandsProof: true,
  path: 'password-reset',
  method: 'post',
  page: 'new',
  button: 'Send password reset',
  consequences: () => [
    'The link works once. A link made before no longer works.',
    'Until it is used, the old password and open sessions stay. When it is used, all sessions end and a lock is lifted.',
  ],
  done: (user) => `${user.name} has a link to choose a new password.`,
  bulk: {
    button: (number) => `Send a password reset to ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} given a link to choose a new password.`,
    consequence:
      'Each gets a link that works once; links made before no longer work. Passwords and sessions stay until it is used.',
    lasting: 'A link that was sent cannot be taken back.',
  },
  makes: 'password-reset',
  calledForBy: ['password-due'],
  refusalOf: administered((subject, isSelf) => {
    if (isSelf) return forbidden(OWN_PASSWORD);
    return (
      unlessActive(subject) ??
      (subject.apiOnly ? inapplicable('is API-only and never signs in here') : undefined) ??
      (subject.hasPassword || hasToChoosePassword(subject)
        ? undefined
        : inapplicable('has no password yet: invite instead'))
    );
  }),
  async refuseAmong(db, by, outcomes) {
    await keepUnseenLinks(db, by, outcomes);
    if (by.channel === 'mail')
      leaveOut(outcomes, ({ confirmedEmail }) => (confirmedEmail === null ? undefined : inapplicable(UNCONFIRMED)));
  },
  async perform(trx, act, subjects) {
    await issue(trx, act, subjects, 'password-reset');
    return writtenOf(subjects, ({ passwordSetAt }) => ({ before: { passwordSetAt }, after: {} }));
  },
  was: ({ passwordSetAt }, format) => `had a password since ${format.moment(String(passwordSetAt))}`,
  events: { 'password-reset.issued': 'made a password reset link for' },
};
