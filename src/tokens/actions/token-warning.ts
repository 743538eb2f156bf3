import { DAY, dayOf, instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { findUsers } from '../../users/user-store.ts';
import type { ActSettings } from '../../verbs/act.ts';
import { programAct } from '../../verbs/program-act.ts';
import { findTokensToTell, noteTold } from '../token-store.ts';

/** Early enough to put another one in its place. */
const BEFORE_THE_END = 7 * DAY;

/** Tells whoever answers for it of each token that ends soon, once; of one that was made for so short a time, nobody. */
export async function tellOfEndingTokens(trx: Transaction, settings: ActSettings, now: number): Promise<void> {
  const act = programAct(settings, { name: 'Roster', at: instant(now) });
  const tokens = await findTokensToTell(trx, instant(now + BEFORE_THE_END), instant(now - DAY));
  const users = new Map((await findUsers(trx, [...new Set(tokens.map(({ userId }) => userId))])).map((u) => [u.id, u]));
  const ownerIds = [...users.values()].flatMap(({ apiOnlyOwnerId }) => apiOnlyOwnerId ?? []);
  const owners = new Map((await findUsers(trx, [...new Set(ownerIds)])).map((owner) => [owner.id, owner]));
  for (const token of tokens) {
    const user = users.get(token.userId)!;
    const told = user.apiOnly ? owners.get(user.apiOnlyOwnerId ?? 0) : user;
    if (told?.activity !== 'active') continue;
    const path = user.apiOnly ? `/users/${user.id}/tokens` : '/credentials/tokens';
    const facts = { token: token.name, of: user.name, until: dayOf(token.expiresAt), path };
    await mailNotice(trx, act, 'token-ends', { userId: told.id, address: told.email }, facts);
  }
  await noteTold(
    trx,
    tokens.map(({ id }) => id),
    act.at,
  );
}
