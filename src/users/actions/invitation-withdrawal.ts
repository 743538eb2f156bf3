import { endLinks } from '../../one-time-links/one-time-link-store.ts';
import { inapplicable } from '../../verbs/outcome.ts';
import { administered, type UserAction } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

export const INVITATION_WITHDRAWAL: UserAction = {
  name: 'withdraw-invitation',
  label: 'Withdraw invitation',
  icon: 'x',
  path: 'invitation',
  method: 'delete',
  page: 'delete',
  button: 'Withdraw invitation',
  consequences: () => ['The link of the invitation no longer works.', 'The user stays, and can be invited again.'],
  done: (user) => `The invitation of ${user.name} is withdrawn.`,
  refusalOf: administered(({ invitationExpiresAt }) =>
    invitationExpiresAt === null ? inapplicable('has no open invitation') : undefined,
  ),
  async perform(trx, act, subjects) {
    const ids = subjects.map((subject) => subject.id);
    await endLinks(trx, act, ids, 'invitation');
    await recordOnUsers(trx, act, subjects, 'invitation.withdrawn', (subject) => ({
      before: { invitationExpiresAt: subject.invitationExpiresAt },
      after: { invitationExpiresAt: null },
    }));
  },
  beforeOf: ({ invitationExpiresAt }) => ({ invitationExpiresAt }),
  was: ({ invitationExpiresAt }, format) => `had an invitation until ${format.moment(String(invitationExpiresAt))}`,
  events: { 'invitation.withdrawn': 'withdrew the invitation of' },
};
