import { clearLoginAttempts } from '../../sessions/lockout-store.ts';
import { counted } from '../../text/text.ts';
import { writtenOf } from '../../verbs/action.ts';
import { forbidden, inapplicable } from '../../verbs/outcome.ts';
import { administered, OWN_PASSWORD, type UserAction } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

/** Every counter is cleared, those of known devices included, with step, lock and total. */
export const LOGIN_ATTEMPTS_RESET: UserAction = {
  name: 'reset-login-attempts',
  label: 'Reset login attempts',
  otherNames: ['Unlock'],
  icon: 'unlock',
  path: 'login-attempts',
  method: 'delete',
  page: 'delete',
  button: 'Reset login attempts',
  consequences: () => [
    'Every count of failed sign-ins goes back to zero, and a lock ends now: for unknown devices and for known ones.',
    'The password stays as it is.',
  ],
  done: (user) => `Login attempts of ${user.name} are reset.`,
  bulk: {
    button: (number) => `Reset login attempts of ${counted(number, 'user')}`,
    done: (number) => `Login attempts of ${counted(number, 'user')} were reset.`,
    lasting: 'It cannot be taken back.',
    consequence:
      'Their counts of failed sign-ins go back to zero, and locks end now: for unknown devices and for known ones.',
  },
  calledForBy: ['locked'],
  refusalOf: administered((subject, isSelf) => {
    if (isSelf) return forbidden(OWN_PASSWORD);
    const isClear = subject.loginAttempts + subject.attemptsAtKnownDevices === 0 && subject.lockedUntil === null;
    return isClear ? inapplicable('has no failed attempts') : undefined;
  }),
  async perform(trx, act, subjects) {
    await clearLoginAttempts(
      trx,
      subjects.map((subject) => subject.id),
    );
    await recordOnUsers(trx, act, subjects, 'user.login-attempts-reset', (subject) => ({
      before: {
        loginAttempts: subject.loginAttempts,
        lockedUntil: subject.lockedUntil,
        ...(subject.attemptsAtKnownDevices > 0 && { attemptsAtKnownDevices: subject.attemptsAtKnownDevices }),
      },
      after: {
        loginAttempts: 0,
        lockedUntil: null,
        ...(subject.attemptsAtKnownDevices > 0 && { attemptsAtKnownDevices: 0 }),
      },
    }));
    return writtenOf(subjects, ({ loginAttempts, lockedUntil }) => ({
      before: { loginAttempts, lockedUntil },
      after: {},
    }));
  },
  was: ({ loginAttempts, lockedUntil }) =>
    `had ${counted(Number(loginAttempts), 'failed attempt')}${lockedUntil ? ', was locked' : ''}`,
  events: { 'user.login-attempts-reset': 'reset login attempts of' },
};
