import { maySignIn } from '../../access/admission.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { setPassword } from '../../passwords/password-store.ts';
import { endAccess } from '../../sessions/actions/access-ending.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { NotSignedIn } from '../../verbs/refusals.ts';

/** Gives a user the password that they chose; every session and link of theirs ends with it. Throws NotSignedIn. */
export async function changeOwnPassword(trx: Transaction, act: Act, user: User, hash: string): Promise<void> {
  // A reset that finished since the current password was looked at goes before this change.
  const [now] = await findUsers(trx, [user.id]);
  if (!now.hasPassword || now.passwordSetAt !== user.passwordSetAt || !maySignIn(now, minuteOf(act.at)))
    throw new NotSignedIn();
  await setPassword(trx, act, user, hash, 'changed');
  await endAccess(trx, act, [user.id], { clears: 'counters of devices' });
}
