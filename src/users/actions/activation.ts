import { activatedTo } from '../../access/activity.ts';
import { counted, were } from '../../text/text.ts';
import { wasActivity, writtenOf } from '../../verbs/action.ts';
import { backAsBefore } from '../../verbs/back-as-before.ts';
import { joined } from '../../verbs/notes.ts';
import { allowed, inapplicable, leaveOut } from '../../verbs/outcome.ts';
import { findTaken, setActivity } from '../user-store.ts';
import { PROVISIONED } from './provisioned-notes.ts';
import { administered, type UserAction } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

export const ACTIVATION: UserAction = {
  name: 'activate',
  label: 'Activate',
  otherNames: ['Restore', 'Enable'],
  icon: 'undo',
  path: 'deactivation',
  method: 'delete',
  page: 'delete',
  button: 'Activate user',
  consequences: (user) => [
    activatedTo(user) === 'active'
      ? `${user.name} may sign in again, with the groups that stand in the record.`
      : `${user.name} comes back as before the deletion: deactivated, and may not sign in.`,
    ...(user.activity === 'deleted'
      ? ['This works only while nobody else has the name, the system email or the contact.']
      : []),
  ],
  done: (user) => `${user.name} is active again.`,
  otherwise: {
    holds: (user) => activatedTo(user) !== 'active',
    label: 'Restore',
    button: 'Restore user',
    done: (user) => `${user.name} is restored, and deactivated as before.`,
  },
  bulk: {
    button: (number) => `Activate ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} activated.`,
    consequence: 'They may sign in again, with the groups that stand in their records.',
  },
  isLikely: true,
  notes: joined(backAsBefore('user'), PROVISIONED),
  refusalOf: administered(({ activity }) => (activity === 'active' ? inapplicable('is already active') : undefined)),
  async refuseAmong(db, _judge, outcomes) {
    const ids = allowed(outcomes).map((subject) => subject.id);
    const taken = await findTaken(db, ids);
    leaveOut(outcomes, ({ id }) => {
      const what = taken.get(id);
      return what ? inapplicable(`cannot be restored: ${what} belongs to another user by now`) : undefined;
    });
  },
  async perform(trx, act, subjects) {
    await setActivity(trx, subjects, activatedTo);
    await recordOnUsers(trx, act, subjects, 'user.activated', (subject) => ({
      before: { activity: subject.activity },
      after: { activity: activatedTo(subject) },
    }));
    return writtenOf(subjects, (subject) => ({
      before: { activity: subject.activity },
      after: { activity: activatedTo(subject) },
    }));
  },
  was: wasActivity,
  events: { 'user.activated': 'activated' },
};
