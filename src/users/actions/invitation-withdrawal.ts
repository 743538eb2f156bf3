import { endLinks } from '../../one-time-links/one-time-link-store.ts';
import { counted } from '../../text/text.ts';
import { writtenOf } from '../../verbs/action.ts';
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
  bulk: {
    button: (number) => `Withdraw the invitations of ${counted(number, 'user')}`,
    done: (number) => `The invitations of ${counted(number, 'user')} were withdrawn.`,
    consequence: 'Their links no longer work. The users stay, and can be invited again.',
    lasting: 'A link that was withdrawn cannot be brought back: invite anew.',
  },
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
    return writtenOf(subjects, ({ invitationExpiresAt }) => ({ before: { invitationExpiresAt }, after: {} }));
  },
  was: ({ invitationExpiresAt }, format) => `had an invitation until ${format.moment(String(invitationExpiresAt))}`,
  events: { 'invitation.withdrawn': 'withdrew the invitation of' },
};
