import type { Transaction } from '../../db/database.ts';
import { endLinks } from '../../one-time-links/one-time-link-store.ts';
import { endTokensOf } from '../../tokens/token-store.ts';
import type { Act } from '../../verbs/act.ts';
import { stopRememberingAll } from '../known-device-store.ts';
import { clearDeviceCounters, clearLoginAttempts } from '../lockout-store.ts';
import { endSessions } from '../session-store.ts';

interface Extent {
  /** Of failed sign-ins: a link proves who somebody is, and a new password makes every device a stranger's again. */
  clears?: 'all counters' | 'counters of devices';
  /** Whether programs that come in as them are to be out as well: they know no password. */
  endsTokens?: boolean;
}

/**
 * Ends all by which these users came in or could: every session, every open link, and what remembers a device. Returns how many sessions each had.
 */
export async function endAccess(
  trx: Transaction,
  act: Act,
  userIds: number[],
  { clears, endsTokens }: Extent = {},
): Promise<Map<number, number>> {
  const sessions = await endSessions(trx, userIds);
  await endLinks(trx, act, userIds);
  await stopRememberingAll(trx, userIds);
  if (endsTokens) await endTokensOf(trx, userIds, act.at);
  if (clears === 'all counters') await clearLoginAttempts(trx, userIds);
  if (clears === 'counters of devices') await clearDeviceCounters(trx, userIds);
  return sessions;
}
