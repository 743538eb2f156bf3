import { findLastAdministratorAmong } from '../../access/administrators.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { findOpenLinks } from '../../one-time-links/open-links.ts';
import { removePasskeysOf } from '../../passkeys/passkey-store.ts';
import { endAccess } from '../../sessions/actions/access-ending.ts';
import { counted, were } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import { writtenOf } from '../../verbs/action.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { allowed, forbidden, inapplicable, leaveOut } from '../../verbs/outcome.ts';
import type { User } from '../user.ts';
import { forgetPasswords } from '../user-store.ts';
import { administered, type UserAction, unlessActive } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

/** Why the page cannot do it for the last administrator: an account without a password administers nothing (promise 4). */
const LAST_ADMINISTRATOR =
  'is the last administrator, whom nobody could let in again: only the command line helps (roster reset-password-link)';

/**
 * Somebody else may have got in: all by which anybody comes in as them ends and does not come back, and the password is void. In
 * contrast to a password that is required anew, no link is made with it.
 */
export const ACCOUNT_SECURING: UserAction = {
  name: 'secure-account',
  label: 'Secure account',
  otherNames: ['Account taken over', 'Hacked'],
  icon: 'shield-check',
  demandsProof: true,
  isDangerous: true,
  path: 'securing',
  method: 'post',
  page: 'new',
  button: 'Secure account',
  consequences: (user) => [
    `For when somebody else may have got in as ${user.name}. Every session, every open link and every passkey ends at once, and none comes back.`,
    'The password is void. No link is made with it: one that you send or copy afterwards, “Forgot password?” at the stored address, or the command line opens the account again.',
    `Look first whether ${user.email} is still theirs: links go there.`,
    'It cannot be taken back.',
  ],
  done: (user) => `${user.name} is secured: sessions and links have ended, and the password is void.`,
  bulk: {
    button: (number) => `Secure ${counted(number, 'account')}`,
    done: (number) => `${were(number, 'account')} secured: sessions and links have ended, and the passwords are void.`,
    consequence:
      'Their sessions, open links and passkeys end at once, and their passwords are void. No links are made with it.',
    lasting: 'It cannot be taken back: what ended never comes back.',
  },
  refusalOf: administered((subject, isSelf) => {
    if (isSelf) return forbidden('is yourself: use “This was not me” under My credentials');
    return (
      unlessActive(subject) ??
      (subject.apiOnly ? inapplicable('is API-only and never signs in here') : undefined) ??
      (subject.passwordSetAt === null ? inapplicable('has never had a password') : undefined)
    );
  }),
  async refuseAmong(db, { at }, outcomes) {
    const last = await findLastAdministratorAmong(db, allowed(outcomes), at);
    leaveOut(outcomes, ({ id }) => (id === last ? forbidden(LAST_ADMINISTRATOR) : undefined));
  },
  async perform(trx, act, subjects) {
    await secureAccounts(trx, act, subjects);
    return writtenOf(subjects, ({ passwordSetAt }) => ({ before: { passwordSetAt }, after: {} }));
  },
  was: ({ passwordSetAt }, format) => `had a password since ${format.moment(String(passwordSetAt))}`,
  events: { 'user.secured': 'secured the account of' },
};

/** Ends all by which these came in or could, and tells each of them. Throws Forbidden where no administrator would be left. */
export async function secureAccounts(
  trx: Transaction,
  act: Act,
  subjects: Pick<User, 'id' | 'name' | 'email'>[],
): Promise<void> {
  const ids = subjects.map(({ id }) => id);
  const links = Map.groupBy(await findOpenLinks(trx, ids, act.at), ({ userId }) => userId);
  await forgetPasswords(trx, ids);
  const sessions = await endAccess(trx, act, ids, { clears: 'counters of devices', endsTokens: true });
  // Whoever got in may have added one, which would open the account again behind the next password.
  const passkeys = await removePasskeysOf(trx, ids);
  await recordOnUsers(trx, act, subjects, 'user.secured', ({ id }) => ({
    after: {
      sessionsEnded: sessions.get(id) ?? 0,
      linksEnded: links.get(id)?.length ?? 0,
      ...(passkeys.has(id) && { passkeysRemoved: passkeys.get(id) }),
    },
  }));
  for (const { id, email } of subjects)
    await mailNotice(trx, act, 'account-secured', { userId: id, address: email }, { by: act.by.name });
  await requireAdministratorRemains(trx, act);
}
