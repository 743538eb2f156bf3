import { whereLetIn } from '../access/admission.ts';
import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { isLive, type Token } from './token.ts';

export type NewToken = Omit<Token, 'id' | 'endedAt' | 'lastUsedAt' | 'lastUsedFrom'> & { hash: string };

export async function insertToken(trx: Transaction, token: NewToken): Promise<number> {
  const [{ id }] = await trx('tokens')
    .insert({
      user_id: token.userId,
      name: token.name,
      beginning: token.beginning,
      hash: token.hash,
      scopes: JSON.stringify(token.scopes),
      addresses: JSON.stringify(token.addresses),
      created_at: token.createdAt,
      created_by: token.createdBy,
      expires_at: token.expiresAt,
    })
    .returning('id');
  return id;
}

const selectByHash = prepared<{ hash: string }, Row<'tokens'>>((db, { hash }) => db('tokens').where({ hash }));

export async function findTokenByHash(db: Reader, hash: string): Promise<Token | undefined> {
  const [row] = await selectByHash(db, { hash });
  return row && tokenOf(row);
}

/** One of this user's. */
export async function findToken(db: Reader, userId: number, id: number): Promise<Token | undefined> {
  const row = await db('tokens').where({ id, user_id: userId }).first();
  return row && tokenOf(row);
}

/** Of these tokens those that can be used now. */
export async function findUsable(db: Reader, ids: number[], now: Instant): Promise<Set<number>> {
  const usable = db('tokens')
    .join('users', 'users.id', 'tokens.user_id')
    .whereNull('ended_at')
    .where('tokens.expires_at', '>', now)
    .where('users.activity', 'active')
    .modify(whereLetIn, now);
  return new Set(await whereIdIn(usable, 'tokens.id', ids).pluck('tokens.id'));
}

/** The newest first, those that ended included. */
export async function findTokensOf(db: Reader, userId: number): Promise<Token[]> {
  return (await selectOf(db, { userId })).map(tokenOf);
}

const selectOf = prepared<{ userId: number }, Row<'tokens'>>((db, { userId }) =>
  db('tokens').where({ user_id: userId }).orderBy('id', 'desc'),
);

export interface TokenUse {
  /** How many can be used now. */
  live: number;
  /** The last time that any was used, ended ones included. */
  lastUsedAt: Instant | null;
}

/** Of these users, by id; none for those who never had a token. */
export async function findTokenUses(db: Reader, userIds: number[], now: Instant): Promise<Map<number, TokenUse>> {
  const tokens = await whereIdIn(db('tokens'), 'user_id', userIds).select(
    'user_id',
    'ended_at',
    'expires_at',
    'last_used_at',
  );
  const uses = new Map<number, TokenUse>();
  for (const { user_id, ended_at, expires_at, last_used_at } of tokens) {
    const { live, lastUsedAt } = uses.get(user_id) ?? { live: 0, lastUsedAt: null };
    uses.set(user_id, {
      live: live + (isLive({ endedAt: ended_at, expiresAt: expires_at }, now) ? 1 : 0),
      lastUsedAt: [lastUsedAt, last_used_at].reduce((one, other) => ((one ?? '') > (other ?? '') ? one : other)),
    });
  }
  return uses;
}

/** Whose tokens that were not revoked open SCIM. */
export async function findScimTokens(db: Reader): Promise<number[]> {
  const rows = db('tokens').whereNull('ended_at').where('scopes', 'like', '%"scim"%');
  return rows.distinct('user_id').orderBy('user_id').pluck('user_id');
}

/** The tokens of these users that have not ended, by name. */
export async function findLiveTokens(
  db: Reader,
  userIds: number[],
  now: Instant,
): Promise<{ id: number; name: string; userId: number }[]> {
  return selectLive(db, { userIds, now });
}

const selectLive = prepared<{ userIds: number[]; now: Instant }, { id: number; name: string; userId: number }>(
  (db, { userIds, now }) => {
    const live = db('tokens').whereNull('ended_at').where('expires_at', '>', now);
    return whereIdIn(live, 'user_id', userIds).orderBy(['name', 'id']).select('id', 'name', 'user_id as userId');
  },
  { isKept: false },
);

/** How many of these users could be used now. */
export async function countLiveTokens(db: Reader, userIds: number[], now: Instant): Promise<number> {
  const live = db('tokens').whereNull('ended_at').where('expires_at', '>', now);
  const found = await whereIdIn(live, 'user_id', userIds).count('* as tokens').first();
  return Number(found?.tokens);
}

/** Ends all that these users have: how many each had. */
export async function endTokensOf(trx: Transaction, userIds: number[], at: Instant): Promise<Map<number, number>> {
  const rows = await selectOpen(trx, { userIds });
  if (rows.length > 0) await openOf(trx, userIds).update({ ended_at: at });
  return new Map([...Map.groupBy(rows, (row) => row.user_id)].map(([id, those]) => [id, those.length]));
}

const openOf = (db: Reader, userIds: number[]) => whereIdIn(db('tokens').whereNull('ended_at'), 'user_id', userIds);

const selectOpen = prepared<{ userIds: number[] }, { user_id: number }>((db, { userIds }) =>
  openOf(db, userIds).select('user_id'),
);

/** Of every user. */
export async function endAllTokens(trx: Transaction, at: Instant): Promise<void> {
  await trx('tokens').whereNull('ended_at').update({ ended_at: at });
}

/** By their hashes, those that have ended. */
export async function findEndedTokens(db: Reader): Promise<string[]> {
  return db('tokens').whereNotNull('ended_at').orderBy('id').pluck('hash');
}

export async function endTokensByHash(trx: Transaction, hashes: string[], at: Instant): Promise<void> {
  for (const hash of hashes) await trx('tokens').where({ hash }).whereNull('ended_at').update({ ended_at: at });
}

export async function endToken(trx: Transaction, id: number, at: Instant): Promise<void> {
  await trx('tokens').where({ id }).whereNull('ended_at').update({ ended_at: at });
}

/** It ends then, unless it would sooner. */
export async function shortenToken(trx: Transaction, id: number, expiresAt: Instant): Promise<void> {
  await trx('tokens').where({ id }).where('expires_at', '>', expiresAt).update({ expires_at: expiresAt });
}

/** Who used it was seen again, which is no change that the audit tells. */
export async function noteUse(trx: Transaction, id: number, at: Instant, from: string): Promise<void> {
  await trx('tokens').where({ id }).update({ last_used_at: at, last_used_from: from });
}

/** What is over is so for good: a clock that is set back revives nothing. */
export async function endExpiredTokens(trx: Transaction, now: Instant): Promise<void> {
  await trx('tokens').whereNull('ended_at').where('expires_at', '<=', now).update({ ended_at: now });
}

/** Those that end before then, and of which nobody was told yet; only those that were made before `madeBefore`. */
export async function findTokensToTell(db: Reader, before: Instant, madeBefore: Instant): Promise<Token[]> {
  const rows = await db('tokens')
    .whereNull('ended_at')
    .whereNull('told_at')
    .where('expires_at', '<=', before)
    .where('created_at', '<', madeBefore)
    .orderBy('expires_at')
    .limit(100);
  return rows.map(tokenOf);
}

export async function noteTold(trx: Transaction, ids: number[], at: Instant): Promise<void> {
  await whereIdIn(trx('tokens'), 'id', ids).update({ told_at: at });
}

/** An answer that was given to a program once, and is given again to the same question. */
export interface KeptAnswer {
  asked: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

export async function findAnswer(db: Reader, tokenId: number, key: string): Promise<KeptAnswer | undefined> {
  const row = await db('api_answers').where({ token_id: tokenId, key }).first();
  return row && { asked: row.asked, status: Number(row.status), headers: JSON.parse(row.headers), body: row.body };
}

export async function keepAnswer(
  trx: Transaction,
  { tokenId, key, at }: { tokenId: number; key: string; at: Instant },
  { asked, status, headers, body }: KeptAnswer,
): Promise<void> {
  const row = { token_id: tokenId, key, asked, status, headers: JSON.stringify(headers), body, created_at: at };
  await trx('api_answers').insert(row);
}

export async function forgetAnswers(trx: Transaction, before: Instant): Promise<void> {
  await trx('api_answers').where('created_at', '<', before).delete();
}

function tokenOf(row: Row<'tokens'>): Token {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    beginning: row.beginning,
    scopes: JSON.parse(row.scopes),
    addresses: JSON.parse(row.addresses),
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}
