import { counted } from '../../text/text.ts';
import { writtenOf } from '../../verbs/action.ts';
import { confirmAccess } from '../user-store.ts';
import { administered, type UserAction, unlessActive } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

/** "Still needed", said by somebody who may change the user: with the time of it, a fact that a review looks at. */
export const ACCESS_CONFIRMATION: UserAction = {
  name: 'confirm-access',
  label: 'Confirm access',
  icon: 'shield-check',
  path: 'access-confirmation',
  method: 'post',
  page: 'new',
  button: 'Confirm access',
  consequences: () => [
    'You say that this access is still needed. Your name and today’s date stand in the record.',
    'Nothing else changes.',
  ],
  done: (user) => `Access of ${user.name} is confirmed.`,
  bulk: {
    button: (number) => `Confirm access of ${counted(number, 'user')}`,
    done: (number) => `Access of ${counted(number, 'user')} was confirmed.`,
    consequence: 'You say that their access is still needed. Your name and today’s date stand in their records.',
  },
  calledForBy: ['to-be-confirmed'],
  isLikely: true,
  refusalOf: administered(unlessActive),
  async perform(trx, act, subjects) {
    await confirmAccess(trx, act, subjects);
    await recordOnUsers(trx, act, subjects, 'user.access-confirmed', (subject) => ({
      before: { accessConfirmedAt: subject.accessConfirmedAt },
      after: { accessConfirmedAt: act.at },
    }));
    return writtenOf(subjects, ({ accessConfirmedAt, accessConfirmedBy }) => ({
      before: { accessConfirmedAt, accessConfirmedBy },
      after: { accessConfirmedAt: act.at, accessConfirmedBy: act.by.id },
    }));
  },
  was: ({ accessConfirmedAt }, format) =>
    accessConfirmedAt ? `last confirmed ${format.moment(String(accessConfirmedAt))}` : 'was never confirmed',
  events: {
    'user.access-confirmed': 'confirmed access of',
    'user.access-confirmation-undone': 'took back the confirmation of access of',
  },
};
