import { endSessions } from '../../sessions/session-store.ts';
import { counted } from '../../text/text.ts';
import { writtenOf } from '../../verbs/action.ts';
import { forbidden, inapplicable } from '../../verbs/outcome.ts';
import { administered, type UserAction, unlessActive } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

export const OWN_SESSIONS = 'is yourself: end your other sessions under My credentials';

/** Signs somebody out everywhere; they may sign in again at once. */
export const SESSION_ENDING: UserAction = {
  name: 'end-sessions',
  label: 'End sessions',
  icon: 'sign-out',
  path: 'sessions',
  method: 'delete',
  page: 'delete',
  button: 'End sessions',
  consequences: (user) => [
    `${user.name} is signed out in every browser, with the next click there.`,
    'The password stays as it is, and signs in again. Open links stay.',
  ],
  done: (user) => `The sessions of ${user.name} have ended.`,
  bulk: {
    button: (number) => `End the sessions of ${counted(number, 'user')}`,
    done: (number) => `The sessions of ${counted(number, 'user')} have ended.`,
    consequence: 'They are signed out in every browser, with the next click there, and may sign in again at once.',
    lasting: 'It cannot be taken back.',
  },
  refusalOf: administered((subject, isSelf) => {
    if (isSelf) return forbidden(OWN_SESSIONS);
    return unlessActive(subject) ?? (subject.hasSession ? undefined : inapplicable('has no open session'));
  }),
  async perform(trx, act, subjects) {
    const ids = subjects.map((subject) => subject.id);
    const ended = await endSessions(trx, ids);
    await recordOnUsers(trx, act, subjects, 'user.sessions-ended', ({ id }) => ({
      after: { sessionsEnded: ended.get(id) ?? 0 },
    }));
    return writtenOf(subjects, ({ lastLoginAt }) => ({ before: { lastLoginAt }, after: {} }));
  },
  was: ({ lastLoginAt }, format) => `last signed in ${format.moment(String(lastLoginAt))}`,
  events: { 'user.sessions-ended': 'ended the sessions of' },
};
