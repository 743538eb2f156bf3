import { findAdministratorIds } from '../../access/administrators.ts';
import { hasLeft } from '../../access/admission.ts';
import { DAY, dayOf, type Instant, instant, minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { findLeadersOf } from '../../groups/leader.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import type { User } from '../../users/user.ts';
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
  const answering = await whoAnswers(trx, [...users.values()], minuteOf(act.at));
  for (const token of tokens) {
    const user = users.get(token.userId)!;
    const path = user.apiOnly ? `/users/${user.id}/tokens` : '/credentials/tokens';
    const facts = { token: token.name, of: user.name, until: dayOf(token.expiresAt), path };
    for (const { id, email } of answering(user))
      await mailNotice(trx, act, 'token-ends', { userId: id, address: email }, facts);
  }
  await noteTold(
    trx,
    tokens.map(({ id }) => id),
    act.at,
  );
}

/** People for themselves, and for programs their owners; of those whom nobody answers for any more, whoever was told of that. */
async function whoAnswers(db: Reader, users: User[], now: Instant): Promise<(user: User) => User[]> {
  const programs = users.filter(({ apiOnly }) => apiOnly);
  const ownerIds = [...new Set(programs.flatMap(({ apiOnlyOwnerId }) => apiOnlyOwnerId ?? []))];
  const owners = new Map((await findUsers(db, ownerIds)).map((owner) => [owner.id, owner]));
  const isThere = (owner: User | undefined) => owner?.activity === 'active' && !hasLeft(owner, now);
  const isOrphaned = programs.some(({ apiOnlyOwnerId }) => !isThere(owners.get(apiOnlyOwnerId ?? 0)));
  const leaders = isOrphaned ? await findLeadersOf(db, ownerIds, now) : new Map<number, number[]>();
  const administrators = isOrphaned ? await findAdministratorIds(db, now) : [];
  const others = await findUsers(db, [...new Set([...administrators, ...[...leaders.values()].flat()])]);
  const known = new Map(others.map((one) => [one.id, one]));
  return (user) => {
    const owner = user.apiOnly ? owners.get(user.apiOnlyOwnerId ?? 0) : user;
    if (owner && (isThere(owner) || !user.apiOnly)) return owner.activity === 'active' ? [owner] : [];
    return (leaders.get(user.apiOnlyOwnerId ?? 0) ?? administrators).map((id) => known.get(id)!);
  };
}
