import { counted, were } from '../../text/text.ts';
import { wasActivity } from '../../verbs/action.ts';
import { joined } from '../../verbs/notes.ts';
import { forbidden, inapplicable } from '../../verbs/outcome.ts';
import { keepLastAdministrator, takeOut } from './activity-change.ts';
import { NOTES_ON_LEAVERS } from './notes-on-leavers.ts';
import { PROVISIONED } from './provisioned-notes.ts';
import { administered, type UserAction } from './user-action.ts';

export const DEACTIVATION: UserAction = {
  name: 'deactivate',
  label: 'Deactivate',
  otherNames: ['Disable'],
  icon: 'circle-slash',
  isDangerous: true,
  path: 'deactivation',
  method: 'post',
  page: 'new',
  button: 'Deactivate user',
  consequences: (user) => [
    `${user.name} can no longer sign in. Open sessions and links end at once.`,
    'Groups, contact, tags and history stay, and Activate brings everything back.',
  ],
  done: (user) => `${user.name} is deactivated.`,
  bulk: {
    button: (number) => `Deactivate ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} deactivated.`,
    consequence: 'They can no longer sign in; sessions and links end at once. Everything else stays.',
  },
  endsAccess: true,
  refusalOf: administered((subject, isSelf) => {
    if (isSelf) return forbidden('is yourself: nobody deactivates themself');
    return subject.activity === 'active' ? undefined : inapplicable(`is already ${subject.activity}`);
  }),
  notes: joined(NOTES_ON_LEAVERS, PROVISIONED),
  refuseAmong: keepLastAdministrator,
  perform: (trx, act, subjects) => takeOut(trx, act, subjects, 'deactivated'),
  was: wasActivity,
  events: { 'user.deactivated': 'deactivated' },
};
