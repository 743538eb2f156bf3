import type { Transaction } from '../../db/database.ts';
import { endLinks } from '../../one-time-links/one-time-link-store.ts';
import type { Act } from '../../verbs/act.ts';
import { clearLoginAttempts } from '../lockout-store.ts';
import { endSessions } from '../session-store.ts';

/**
 * Ends all by which these users came in or could: every session and every open link. A new password clears the counters of failed
 * sign-ins as well. Returns how many sessions each had.
 */
export async function endAccess(
  trx: Transaction,
  act: Act,
  userIds: number[],
  { clearsAttempts = false } = {},
): Promise<Map<number, number>> {
  const sessions = await endSessions(trx, userIds);
  await endLinks(trx, act, userIds);
  if (clearsAttempts) await clearLoginAttempts(trx, userIds);
  return sessions;
}
