import { counted, were } from '../../text/text.ts';
import { wasActivity } from '../../verbs/action.ts';
import { joined } from '../../verbs/notes.ts';
import { forbidden, inapplicable } from '../../verbs/outcome.ts';
import { keepLastAdministrator, takeOut } from './activity-change.ts';
import { NOTES_ON_LEAVERS } from './notes-on-leavers.ts';
import { PROVISIONED } from './provisioned-notes.ts';
import { administered, type UserAction } from './user-action.ts';

/** Soft: the row stays and can be restored, but name, email and contact are free for others. */
export const DELETION: UserAction = {
  name: 'delete',
  label: 'Delete',
  otherNames: ['Remove'],
  icon: 'trash',
  isDangerous: true,
  path: 'deletion',
  method: 'post',
  page: 'new',
  button: 'Delete user',
  consequences: (user) => [
    `${user.name} can no longer sign in, and leaves the list. Open sessions and links end at once.`,
    'Name, system email and contact become free for another user; then this one cannot be restored under them.',
    'The record and its history stay, under the filter Deleted. Activate restores it.',
  ],
  done: (user) => `${user.name} is deleted.`,
  bulk: {
    button: (number) => `Delete ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} deleted.`,
    consequence:
      'They can no longer sign in and leave the list; sessions and links end at once. Activate restores them.',
  },
  endsAccess: true,
  instead: { action: 'deactivate', isFor: (user) => user.activity === 'active' },
  refusalOf: administered((subject, isSelf) => {
    if (isSelf) return forbidden('is yourself: nobody deletes themself');
    return subject.activity === 'deleted' ? inapplicable('is already deleted') : undefined;
  }),
  notes: joined(NOTES_ON_LEAVERS, PROVISIONED),
  refuseAmong: keepLastAdministrator,
  perform: (trx, act, subjects) => takeOut(trx, act, subjects, 'deleted'),
  was: wasActivity,
  events: { 'user.deleted': 'deleted' },
};
