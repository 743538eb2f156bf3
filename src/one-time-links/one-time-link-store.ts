import { randomBytes } from 'node:crypto';
import { hashOfSecret } from '../access/secret-hash.ts';
import { type Instant, instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Act, Purpose } from '../verbs/act.ts';
import { forgetAllEmailChanges, forgetEmailChanges } from './email-change-store.ts';
import { tokenOf } from './one-time-link.ts';
import { openLinks } from './open-links.ts';
import { spentLinks, standingLinks } from './standing-links.ts';

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
        token_hash: hashOfSecret(tokenOf(settings, { purpose, userId, nonce })),
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
  if (!purpose) {
    await forgetEmailChanges(trx, userIds);
    // Of many hardly anybody has one.
    if ((await selectStandingOf(trx, { userIds })).length === 0) return 0;
  }
  const query = standingLinksOf(trx, userIds);
  if (purpose) query.where({ purpose });
  return query.update({ ended_at: act.at });
}

const standingLinksOf = (db: Reader, userIds: number[]) => whereIdIn(standingLinks(db), 'user_id', userIds);

const selectStandingOf = prepared<{ userIds: number[] }, { id: number }>((db, { userIds }) =>
  standingLinksOf(db, userIds).select('id'),
);

/** Of these links, those that are open end. */
export async function endLinksById(trx: Transaction, act: Act, ids: number[]): Promise<void> {
  await whereIdIn(standingLinks(trx), 'id', ids).update({ ended_at: act.at });
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
    .where({ purpose, token_hash: hashOfSecret(token) })
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

/** Uses the link up. Of any number of attempts exactly one is told true (R32). */
export async function consumeLink(trx: Transaction, purpose: Purpose, id: number, now: Instant): Promise<boolean> {
  return (await openLinks(trx, purpose, now).where({ id }).update({ used_at: now })) === 1;
}

/** Somebody looks at the form behind the link: like a last login, no change that the audit tells. */
export async function noteOpened(trx: Transaction, id: number, now: Instant): Promise<void> {
  await trx('links').where({ id }).whereNull('opened_at').update({ opened_at: now });
}
