import { type Instant, instant, MINUTE } from '../clock.ts';
import type { Transaction } from '../db/database.ts';

const WINDOW = MINUTE;

/** How many of its requests a token has taken within its minute, by all processes together. */
export interface TokenWindow {
  taken: number;
  endsAt: Instant;
}

/**
 * Takes up to so many requests of a token's minute, of which there are `most`. Says how many it got. In a transaction of one row: it waits for no other
 * writer.
 */
export async function takeRequests(
  trx: Transaction,
  tokenId: number,
  { wanted, most, now }: { wanted: number; most: number; now: number },
): Promise<TokenWindow & { got: number }> {
  const own = () => trx('token_windows').where('token_id', tokenId);
  const fresh = { taken: 0, ends_at: instant(now + WINDOW) };
  await trx('token_windows')
    .insert({ token_id: tokenId, ...fresh })
    .onConflict('token_id')
    .ignore();
  const row: { taken: number; ends_at: Instant } = await own().forUpdate().first('taken', 'ends_at');
  const left = Date.parse(row.ends_at) - now;
  // A clock that was set back must not make the minute longer.
  const window = left > 0 && left <= WINDOW ? row : fresh;
  const got = Math.min(wanted, most - window.taken);
  const taken = window.taken + got;
  await own().update({ taken, ends_at: window.ends_at });
  return { taken, endsAt: window.ends_at, got };
}

export async function pruneWindows(trx: Transaction, now: number): Promise<void> {
  await trx('token_windows')
    .where('ends_at', '<', instant(now - WINDOW))
    .delete();
}
