import type { Transaction } from '../../db/database.ts';
import { counted } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import { writtenOf } from '../../verbs/action.ts';
import { inapplicable } from '../../verbs/outcome.ts';
import type { Subject } from '../user.ts';
import { confirmEmails } from '../user-store.ts';
import { administered, type UserAction, unlessActive } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

/** An email that was changed is theirs: until that is said no link for a new password goes there. */
export const EMAIL_CONFIRMATION: UserAction = {
  name: 'confirm-email',
  label: 'Confirm email',
  icon: 'mail',
  demandsProof: true,
  path: 'email-confirmation',
  method: 'post',
  page: 'new',
  button: 'Confirm email',
  consequences: ({ email, confirmedEmail }) => [
    `You say that ${email} is theirs. Before it was ${confirmedEmail ?? 'the same'}.`,
    'From then on links for a new password are mailed there.',
  ],
  done: (user) => `The email of ${user.name} is confirmed.`,
  bulk: {
    button: (number) => `Confirm the email of ${counted(number, 'user')}`,
    done: (number) => `The email of ${counted(number, 'user')} was confirmed.`,
    consequence:
      'You say that the emails which were changed are theirs. Links for a new password are mailed there from then on.',
    lasting: 'It cannot be taken back.',
  },
  refusalOf: administered(
    (subject) =>
      unlessActive(subject) ??
      (subject.confirmedEmail === null ? inapplicable('has no email to be confirmed') : undefined),
  ),
  async perform(trx, act, subjects) {
    await confirmTheirs(trx, act, subjects);
    return writtenOf(subjects, ({ confirmedEmail }) => ({ before: { confirmedEmail }, after: {} }));
  },
  was: ({ confirmedEmail }) => `had ${confirmedEmail} before`,
  events: { 'user.email-confirmed': 'confirmed the email of' },
};

/** The user says it themself. */
export async function confirmOwnEmail(trx: Transaction, act: Act, subject: Subject): Promise<void> {
  if (subject.confirmedEmail !== null) await confirmTheirs(trx, act, [subject]);
}

async function confirmTheirs(trx: Transaction, act: Act, subjects: Subject[]): Promise<void> {
  const ids = subjects.map(({ id }) => id);
  await confirmEmails(trx, ids);
  await recordOnUsers(trx, act, subjects, 'user.email-confirmed', ({ email, confirmedEmail }) => ({
    before: { email: confirmedEmail },
    after: { email },
  }));
}
