import type { Transaction } from '../../db/database.ts';
import { setPassword } from '../../passwords/password-store.ts';
import { endAccess } from '../../sessions/actions/access-ending.ts';
import type { User } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import type { Link } from '../one-time-link.ts';
import { consumeLink } from '../one-time-link-store.ts';

/**
 * Uses the link up, once, however many try, and gives its user the password: every other link and session of theirs ends with it.
 * False where the link was used up meanwhile; then nothing is changed.
 */
export async function setPasswordByLink(
  trx: Transaction,
  act: Act,
  link: Link,
  user: User,
  { hash, how }: { hash: string; how: 'chosen' | 'reset' },
): Promise<boolean> {
  if (!(await consumeLink(trx, link.purpose, link.id, act.at))) return false;
  await setPassword(trx, act, user, hash, how);
  await endAccess(trx, act, [user.id], { clears: 'all counters' });
  return true;
}
