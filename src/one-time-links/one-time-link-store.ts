import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type Instant, instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { pieces, whereIdIn } from '../db/ids.ts';
import type { Row } from '../db/tables.ts';
import type { Act, LinkSettings, Purpose } from '../verbs/act.ts';
import { forgetAllEmailChanges, forgetEmailChanges } from './email-change-store.ts';
import { spentLinks, standingLinks } from './standing-links.ts';

export interface Link {
  id: number;
  purpose: Purpose;
  userId: number;
  createdAt: Instant;
  createdBy: number | null;
  expiresAt: Instant;
  /** When its form was first looked at. */
  openedAt: Instant | null;
}

/** What a token is derived from, besides the secret. */
export type TokenSource = Pick<Link, 'purpose' | 'userId'> & { nonce: string };

/** Where the link leads; `baseUrl` is the setting, never taken from a request. */
export function linkAddress(baseUrl: string, purpose: Purpose, token: string): string {
  return `${baseUrl}/${purpose === 'invitation' ? 'invitations' : 'passwords'}/${token}`;
}

/** Makes a link for each user, for the channel of the act, ending an open one of the same purpose. */
export async function issueLinks(trx: Transaction, act: Act, purpose: Purpose, userIds: number[]): Promise<void> {
  const { links: settings, channel = 'copy' } = act;
  await endLinks(trx, act, userIds, purpose);
  const expiresAt = instant(Date.parse(act.at) + settings.lifetime[purpose]);
  await bulkInsert(
    trx,
    'links',
    userIds.map((userId) => {
      const nonce = randomBytes(16).toString('base64url');
      return {
        purpose,
        user_id: userId,
        nonce,
        token_hash: hashOf(tokenOf(settings, { purpose, userId, nonce })),
        channel,
        created_at: act.at,
        created_by: act.by.id,
        expires_at: expiresAt,
      };
    }),
  );
}

/** Ends the open links of these users, of one purpose or of all; with all of them that to a new email. Returns how many there were. */
export async function endLinks(trx: Transaction, act: Act, userIds: number[], purpose?: Purpose): Promise<number> {
  const query = whereIdIn(standingLinks(trx), 'user_id', userIds);
  if (purpose) query.where({ purpose });
  else await forgetEmailChanges(trx, userIds);
  return query.update({ ended_at: act.at });
}

/** Of these links, those that are open end. */
export async function endLinksById(trx: Transaction, act: Act, ids: number[]): Promise<void> {
  await whereIdIn(standingLinks(trx), 'id', ids).update({ ended_at: act.at });
}

export type OpenLink = Pick<Link, 'id' | 'purpose' | 'userId' | 'createdBy'>;

/** The open links of these users that their makers were shown, to hand them over. */
export async function findCopiedLinks(db: Reader, userIds: number[], now: Instant): Promise<OpenLink[]> {
  const copied = open(db, now).where('channel', 'copy');
  const rows = await whereIdIn(copied, 'user_id', userIds).select('id', 'purpose', 'user_id', 'created_by');
  return rows.map((row) => ({
    id: row.id,
    purpose: row.purpose,
    userId: row.user_id,
    createdBy: row.created_by,
  }));
}

/** Ends every open link there is, whoever it is for. Returns how many there were. */
export async function endAllLinks(trx: Transaction, now: Instant): Promise<number> {
  await forgetAllEmailChanges(trx);
  return standingLinks(trx).update({ ended_at: now });
}

/** Lets the links expire that were made after this moment, which is still to come. Returns how many there were. */
export function expireLinksMadeAfter(trx: Transaction, after: Instant, now: Instant): Promise<number> {
  return standingLinks(trx).where('created_at', '>', after).where('expires_at', '>', now).update({ expires_at: now });
}

/** A link that was refused as expired is over for good: a clock that is set back later must not revive it. */
export async function refuseExpiredLink(
  trx: Transaction,
  purpose: Purpose,
  token: string,
  now: Instant,
): Promise<void> {
  await standingLinks(trx)
    .where({ purpose, token_hash: hashOf(token) })
    .where('expires_at', '<=', now)
    .update({ refused_at: now });
}

/** A link that can no longer be used, and since when. */
export interface SpentLink {
  tokenHash: string;
  usedAt: Instant | null;
  endedAt: Instant | null;
}

export async function findSpentLinks(db: Reader): Promise<SpentLink[]> {
  const rows = await spentLinks(db).select('token_hash', 'used_at', 'ended_at');
  return rows.map((row) => ({ tokenHash: row.token_hash, usedAt: row.used_at, endedAt: row.ended_at }));
}

/** Marks those of the links that are open here as spent, as they are elsewhere. Returns how many were open. */
export async function spendLinks(trx: Transaction, spent: SpentLink[]): Promise<number> {
  const here = new Set(await standingLinks(trx).pluck('token_hash'));
  const known = spent.filter(({ tokenHash }) => here.has(tokenHash));
  for (const { tokenHash, usedAt, endedAt } of known)
    await trx('links').where('token_hash', tokenHash).update({ used_at: usedAt, ended_at: endedAt });
  return known.length;
}

/** The link that this token opens, while it is open. */
export async function findLinkByToken(
  db: Reader,
  purpose: Purpose,
  token: string,
  now: Instant,
): Promise<Link | undefined> {
  return linkOf(await openLinks(db, purpose, now).where('token_hash', hashOf(token)).first());
}

/** The link with this id, while it is open. */
export async function findLink(db: Reader, purpose: Purpose, id: number, now: Instant): Promise<Link | undefined> {
  return linkOf(await openLinks(db, purpose, now).where({ id }).first());
}

/** Why a link can no longer be used. */
export type LinkEnd = 'used' | 'expired' | 'replaced';

/** A link that is over, for whoever shows its token or its sealed form; undefined where there never was one, or it is open. */
export async function findOverLink(
  db: Reader,
  purpose: Purpose,
  by: { token: string } | { id: number },
  now: Instant,
): Promise<{ link: Link; end: LinkEnd } | undefined> {
  const key = 'token' in by ? { token_hash: hashOf(by.token) } : by;
  const row = await db('links')
    .where({ purpose, ...key })
    .first();
  const end = row && endOf(row, now);
  return end && { link: linkOf(row)!, end };
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

/** Who has an open invitation that one of these made, by name. */
export async function findInvitedBy(
  db: Reader,
  creatorIds: number[],
  now: Instant,
): Promise<{ id: number; name: string; email: string | null; creatorId: number }[]> {
  const invited = openLinks(db, 'invitation', now).join('users', 'users.id', 'links.user_id');
  return whereIdIn(invited, 'links.created_by', creatorIds)
    .orderBy('users.sort_name')
    .select('users.id', 'users.name', 'users.email', 'links.created_by as creatorId');
}

/** Uses the link up. Of any number of attempts exactly one is told true (R32). */
export async function consumeLink(trx: Transaction, purpose: Purpose, id: number, now: Instant): Promise<boolean> {
  return (await openLinks(trx, purpose, now).where({ id }).update({ used_at: now })) === 1;
}

/** Somebody looks at the form behind the link: like a last login, no change that the audit tells. */
export async function noteOpened(trx: Transaction, id: number, now: Instant): Promise<void> {
  await trx('links').where({ id }).whereNull('opened_at').update({ opened_at: now });
}

function openLinks(db: Reader, purpose: Purpose, now: Instant) {
  return open(db, now).where({ purpose });
}

/** Links that can still be used. */
function open(db: Reader, now: Instant) {
  return standingLinks(db).whereNull('refused_at').where('links.expires_at', '>', now);
}

function endOf(
  row: { used_at: Instant | null; ended_at: Instant | null; refused_at: Instant | null; expires_at: Instant },
  now: Instant,
): LinkEnd | undefined {
  if (row.used_at !== null) return 'used';
  if (row.ended_at !== null) return 'replaced';
  return row.refused_at !== null || row.expires_at <= now ? 'expired' : undefined;
}

/** 256 bits that nobody can make without the secret (R31). For mails, and for those only who may issue the link. */
export function tokenOf(settings: LinkSettings, { purpose, userId, nonce }: TokenSource): string {
  return createHmac('sha256', settings.secret).update(`${purpose} ${userId} ${nonce}`).digest('base64url');
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function linkOf(row: Row<'links'> | undefined): Link | undefined {
  return (
    row && {
      id: row.id,
      purpose: row.purpose,
      userId: row.user_id,
      createdAt: row.created_at,
      createdBy: row.created_by,
      expiresAt: row.expires_at,
      openedAt: row.opened_at,
    }
  );
}
