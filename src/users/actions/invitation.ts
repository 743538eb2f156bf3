import { givesAdministration } from '../../access/administrators.ts';
import { hasToChoosePassword } from '../../access/admission.ts';
import { instant } from '../../clock.ts';
import { answerInvitationRequests } from '../../invitations/invitation-request-store.ts';
import { counted, were } from '../../text/text.ts';
import { writtenOf } from '../../verbs/action.ts';
import { inapplicable } from '../../verbs/outcome.ts';
import { issue, keepUnseenLinks } from './link-issue.ts';
import { administered, type UserAction, unlessActive } from './user-action.ts';

export const INVITATION: UserAction = {
  name: 'reinvite',
  label: 'Reinvite',
  otherNames: ['Invite'],
  icon: 'mail',
  path: 'invitation',
  method: 'post',
  page: 'new',
  button: 'Reinvite user',
  consequences: (user) => [
    ...(user.invitationExpiresAt === null ? [] : ['The invitation sent before ends: its link no longer works.']),
    'The new link works once.',
  ],
  done: (user) => `${user.name} has a new invitation.`,
  otherwise: {
    holds: (user) => user.invitationExpiresAt === null,
    label: 'Invite',
    button: 'Invite user',
    done: (user) => `${user.name} is invited.`,
  },
  bulk: {
    button: (number) => `Reinvite ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} invited anew.`,
    consequence:
      'Each gets a new link, and the links made before no longer work. Undo withdraws the new ones; it cannot unsend a mail.',
  },
  makes: 'invitation',
  demandsProof: (_db, _judge, subjects) => subjects.some(({ rights }) => givesAdministration(rights)),
  calledForBy: ['not-delivered', 'invitation-expired', 'not-invited', 'invited'],
  refusalOf: administered(
    (subject) =>
      unlessActive(subject) ??
      (subject.apiOnly ? inapplicable('is API-only, which has no invitation') : undefined) ??
      (subject.hasPassword ? inapplicable('has a password already') : undefined) ??
      (hasToChoosePassword(subject)
        ? inapplicable('has to choose a new password: send a password reset instead')
        : undefined),
  ),
  refuseAmong: keepUnseenLinks,
  async perform(trx, act, subjects) {
    await issue(trx, act, subjects, 'invitation');
    await answerInvitationRequests(
      trx,
      subjects.map((subject) => subject.id),
    );
    const expiresAt = instant(Date.parse(act.at) + act.links.lifetime.invitation);
    return writtenOf(subjects, ({ invitationExpiresAt }) => ({
      before: { invitationExpiresAt },
      after: { invitationExpiresAt: expiresAt },
    }));
  },
  was: ({ invitationExpiresAt }, format) =>
    invitationExpiresAt ? `had an invitation until ${format.moment(String(invitationExpiresAt))}` : 'had no invitation',
  events: { 'invitation.issued': 'invited' },
};
