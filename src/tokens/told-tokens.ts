import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { findUserNames } from '../users/user-store.ts';
import { isLive, SCOPE_LABELS } from './token.ts';
import { findTokensOf } from './token-store.ts';

/** What the pages tell of somebody's tokens: those that can be used first. */
export async function tokensSection(db: Reader, userId: number, now: Instant) {
  const tokens = (await findTokensOf(db, userId)).map((token) => ({
    ...token,
    isLive: isLive(token, now),
    can: token.scopes.map((scope) => SCOPE_LABELS[scope] ?? scope),
  }));
  const names = await findUserNames(
    db,
    tokens.map(({ createdBy }) => createdBy),
  );
  return { live: tokens.filter((one) => one.isLive), over: tokens.filter((one) => !one.isLive), makers: names };
}
