import { hashOfSecret } from '../access/secret-hash.ts';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { pieces, selectIds, whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { LinkSettings, Purpose } from '../verbs/act.ts';
import { type Link, linkOf, tokenOf } from './one-time-link.ts';
import { standingLinks } from './standing-links.ts';

const HOLDERS_AT_ONCE = 1_000;

export type OpenLink = Pick<Link, 'id' | 'purpose' | 'userId' | 'createdBy'>;

/** The link that this token opens, while it is open. */
export async function findLinkByToken(
  db: Reader,
  purpose: Purpose,
  token: string,
  now: Instant,
): Promise<Link | undefined> {
  return linkOf(await openLinks(db, purpose, now).where('token_hash', hashOfSecret(token)).first());
}

/** The link with this id, while it is open. */
export async function findLink(db: Reader, purpose: Purpose, id: number, now: Instant): Promise<Link | undefined> {
  return linkOf(await openLinks(db, purpose, now).where({ id }).first());
}

/** The open link of this user. */
export async function findOpenLink(
  db: Reader,
  purpose: Purpose,
  userId: number,
  now: Instant,
): Promise<Link | undefined> {
  return linkOf(await openLinks(db, purpose, now).where('user_id', userId).first());
}

/** The open links of these users, each by whose it is and what for. */
export async function findOpenLinks(
  db: Reader,
  userIds: number[],
  now: Instant,
): Promise<{ userId: number; purpose: Purpose }[]> {
  const rows = await whereIdIn(open(db, now), 'user_id', userIds).select('user_id', 'purpose').orderBy('purpose');
  return rows.map((row) => ({ userId: row.user_id, purpose: row.purpose }));
}

/** For what purposes the user has open links. */
export async function findOpenPurposes(db: Reader, userId: number, now: Instant): Promise<Purpose[]> {
  const open: Purpose[] = [];
  for (const purpose of ['invitation', 'password-reset'] as const)
    if (await findOpenLink(db, purpose, userId, now)) open.push(purpose);
  return open;
}

/** The open links of these users that their makers were shown, to hand them over. */
export async function findCopiedLinks(db: Reader, userIds: number[], now: Instant): Promise<OpenLink[]> {
  const rows = await whereIdIn(copied(db, now), 'user_id', userIds).select('id', 'purpose', 'user_id', 'created_by');
  return rows.map((row) => ({
    id: row.id,
    purpose: row.purpose,
    userId: row.user_id,
    createdBy: row.created_by,
  }));
}

/** Everybody who has such a link, by id, in pieces. */
export async function* copiedHolders(db: Reader, now: Instant): AsyncGenerator<number[]> {
  let after = 0;
  for (;;) {
    const holders = copied(db, now).where('user_id', '>', after).distinct('user_id as id');
    const ids = await selectIds(db, holders.orderBy('user_id').limit(HOLDERS_AT_ONCE));
    yield ids;
    if (ids.length < HOLDERS_AT_ONCE) return;
    after = ids[ids.length - 1];
  }
}

/** Who made the open link of each of these users, by user. */
export async function findMakers(
  db: Reader,
  purpose: Purpose,
  userIds: number[],
  now: Instant,
): Promise<Map<number, number | null>> {
  const rows: { user_id: number; created_by: number | null }[] = await whereIdIn(
    openLinks(db, purpose, now),
    'user_id',
    userIds,
  ).select('user_id', 'created_by');
  return new Map(rows.map((row) => [row.user_id, row.created_by]));
}

/** Who has an open invitation that one of these made, by name. */
export async function findInvitedBy(
  db: Reader,
  creatorIds: number[],
  now: Instant,
): Promise<{ id: number; name: string; email: string | null; creatorId: number }[]> {
  return selectInvitedBy(db, { creatorIds, now });
}

const selectInvitedBy = prepared<
  { creatorIds: number[]; now: Instant },
  { id: number; name: string; email: string | null; creatorId: number }
>(
  (db, { creatorIds, now }) => {
    const invited = openLinks(db, 'invitation', now).join('users', 'users.id', 'links.user_id');
    return whereIdIn(invited, 'links.created_by', creatorIds)
      .orderBy('users.sort_name')
      .select('users.id', 'users.name', 'users.email', 'links.created_by as creatorId');
  },
  { isKept: false },
);

/** The token of the user's open link, derived anew: it is stored nowhere. For those only who may issue it. */
export async function findToken(
  db: Reader,
  purpose: Purpose,
  userId: number,
  settings: LinkSettings,
  now: Instant,
): Promise<{ token: string; expiresAt: Instant } | undefined> {
  const row = await openLinks(db, purpose, now).where('user_id', userId).first();
  return row && { token: tokenOf(settings, { purpose, userId, nonce: row.nonce }), expiresAt: row.expires_at };
}

/** The open links of these users, by user: what findToken does for one. */
export async function findTokens(
  db: Reader,
  purpose: Purpose,
  userIds: number[],
  settings: LinkSettings,
  now: Instant,
): Promise<Map<number, string>> {
  const tokens = new Map<number, string>();
  for (const some of pieces(userIds))
    for (const row of await openLinks(db, purpose, now).whereIn('user_id', some))
      tokens.set(row.user_id, tokenOf(settings, { purpose, userId: row.user_id, nonce: row.nonce }));
  return tokens;
}

export function openLinks(db: Reader, purpose: Purpose, now: Instant) {
  return open(db, now).where({ purpose });
}

function copied(db: Reader, now: Instant) {
  return open(db, now).where('channel', 'copy');
}

/** Links that can still be used. */
function open(db: Reader, now: Instant) {
  return standingLinks(db).whereNull('refused_at').where('links.expires_at', '>', now);
}
