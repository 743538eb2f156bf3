import { maySignIn } from '../../access/admission.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import type { Link } from '../../one-time-links/one-time-link.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { requestInvitations } from '../invitation-request-store.ts';

/** Notes that who was invited by this link waits for a new one, and tells who invited them, once. */
export async function askForInvitation(trx: Transaction, act: Act, over: Link, user: User): Promise<void> {
  const added = await requestInvitations(trx, act, [user]);
  if (added.length > 0) await tellInviter(trx, act, over, user);
}

async function tellInviter(trx: Transaction, act: Act, { createdBy }: Link, user: User): Promise<void> {
  const [inviter] = await findUsers(trx, createdBy === null ? [] : [createdBy]);
  if (!inviter || !maySignIn(inviter, minuteOf(act.at))) return;
  const facts = { who: user.name, email: user.email ?? '' };
  await mailNotice(trx, act, 'invitation-asked-for', { userId: inviter.id, address: inviter.email }, facts);
}
