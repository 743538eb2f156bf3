import { maySignIn } from '../../access/admission.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { HOUR, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { countMailed } from '../../mail/sent-mails.ts';
import {
  askForEmail,
  consumeEmailChange,
  type EmailChange,
  forgetEmailChanges,
} from '../../one-time-links/email-change-store.ts';
import { changeOwnEmail } from '../../users/actions/changing/changing-users.ts';
import type { User } from '../../users/user.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import { findSubject } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Gone } from '../../verbs/refusals.ts';

/** To whatever addresses somebody thinks of. */
const MAILS_PER_HOUR = 3;

/**
 * Mails a link to the address that a user wants. Where it is somebody's already, or too many went out, nothing is mailed and the same is
 * said: nobody learns by it who exists (R26).
 */
export async function askForOwnEmail(trx: Transaction, act: Act, user: User, email: string): Promise<void> {
  await act.confirm?.(trx);
  const { nonce, expiresAt } = await askForEmail(trx, act, user.id, email);
  await record(trx, act, user, 'user.email-asked-for', { email });
  const lately = { within: HOUR, now: act.at };
  const isMailed = (await countMailed(trx, 'email-change', user.id, lately)) < MAILS_PER_HOUR;
  if (isMailed && !(await findUserByIdentifier(trx, email)))
    await mailNotice(trx, act, 'email-change', { userId: user.id, address: email }, { nonce, expiresAt });
}

/** The user wants to keep the email that they have. */
export async function keepOwnEmail(trx: Transaction, act: Act, user: Pick<User, 'id' | 'name'>): Promise<void> {
  await act.confirm?.(trx);
  await forgetEmailChanges(trx, [user.id]);
  await record(trx, act, user, 'user.email-kept', {});
}

/** Somebody who reads the mails there opened the link. Throws Gone where it was used up meanwhile, FieldErrors where the email is another's. */
export async function takeOwnEmail(trx: Transaction, act: Act, change: EmailChange): Promise<void> {
  const now = minuteOf(act.at);
  const subject = await findSubject(trx, change.userId, now);
  if (!(await consumeEmailChange(trx, change)) || !maySignIn(subject, now)) throw new Gone('The link was used up.');
  await changeOwnEmail(trx, act, subject, change.email);
}

async function record(
  trx: Transaction,
  act: Act,
  { id, name }: Pick<User, 'id' | 'name'>,
  action: string,
  after: Record<string, unknown>,
): Promise<void> {
  await recordChanges(trx, act, [{ action, subjectType: 'user', subjectId: id, subjectName: name, after }]);
}
