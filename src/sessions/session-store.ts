import { hash } from 'node:crypto';
import { hashOfSecret } from '../access/secret-hash.ts';
import { AHEAD, instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';

/** More of them than anybody needs at once: whoever has a link could open it without end (R87). */
const ANONYMOUS_KEPT = 1_000;

const selectByHash = prepared<{ hash: string }, Row<'sessions'>>((db, { hash }) =>
  db('sessions').where('id_hash', hash),
);

/** The session of which this is the hash of the id. */
export async function findSession(db: Reader, hash: string): Promise<Row<'sessions'> | undefined> {
  const [row] = await selectByHash(db, { hash });
  return row;
}

/** Nothing where its user may not sign in any more by the password of that time. */
export async function insertSession(
  trx: Transaction,
  row: Row<'sessions'>,
  passwordSetAt: string | null | undefined,
): Promise<void> {
  if (row.user_id !== null && !(await maySignInNow(trx, row.user_id, passwordSetAt))) return;
  await trx('sessions').insert(row);
  if (row.user_id === null) await forgetOldest(trx);
}

export async function updateSession(trx: Transaction, hash: string, change: Partial<Row<'sessions'>>): Promise<void> {
  await trx('sessions').where('id_hash', hash).update(change);
}

export async function deleteSession(trx: Transaction, hash: string): Promise<void> {
  await trx('sessions').where('id_hash', hash).delete();
}

/** Ends every session of these users, but for the one that is kept; returns how many each had. */
export async function endSessions(trx: Transaction, userIds: number[], keep?: string): Promise<Map<number, number>> {
  const ended = new Map<number, number>();
  // None has an empty id.
  const kept = keep === undefined ? '' : hashOfSecret(keep);
  for (const row of await selectCounts(trx, { userIds, kept })) ended.set(row.user_id, Number(row.sessions));
  if (ended.size > 0) await sessionsOf(trx, { userIds, kept }).delete();
  return ended;
}

const sessionsOf = (db: Reader, { userIds, kept }: { userIds: number[]; kept: string }) =>
  whereIdIn(db('sessions'), 'user_id', userIds).whereNot('id_hash', kept);

const selectCounts = prepared<{ userIds: number[]; kept: string }, { user_id: number; sessions: number | string }>(
  (db, values) => sessionsOf(db, values).groupBy('user_id').select('user_id').count('* as sessions'),
);

/** Ends every session there is; returns how many of them were somebody's. */
export function endAllSessions(trx: Transaction): Promise<number> {
  return endSessionsExcept(trx, []);
}

/** Ends every session but those of these keys (see findSessionKeys); returns how many of them were somebody's. */
export async function endSessionsExcept(trx: Transaction, keys: string[]): Promise<number> {
  const kept = new Set(keys);
  const rows: { id_hash: string; user_id: number | null }[] = await trx('sessions').select('id_hash', 'user_id');
  const ended = rows.filter((row) => !kept.has(row.id_hash));
  await whereIdIn(
    trx('sessions'),
    'id_hash',
    ended.map((row) => row.id_hash),
  ).delete();
  return ended.filter((row) => row.user_id !== null).length;
}

export async function isSessionOpen(db: Reader, id: string): Promise<boolean> {
  return (await db('sessions').where('id_hash', hashOfSecret(id)).first('id_hash')) !== undefined;
}

/** By which the sessions are told apart; nobody signs in by them. */
export function findSessionKeys(db: Reader): Promise<string[]> {
  return db('sessions').pluck('id_hash');
}

export interface OpenSession {
  /** By which its page names it: neither its id nor the key under which it is kept. */
  handle: string;
  address: string;
  agent: string;
  createdAt: string;
  seenAt: string;
}

const selectOpen = prepared<{ userId: number; now: string }, Row<'sessions'>>((db, { userId, now }) =>
  db('sessions').where('user_id', userId).where('expires_at', '>', now).orderBy('seen_at', 'desc'),
);

export async function findSessions(db: Reader, userId: number, now: string): Promise<OpenSession[]> {
  return (await selectOpen(db, { userId, now })).map(openSessionOf);
}

/** By which this session is named among those of its user. */
export function handleOf(id: string): string {
  return handleOfHash(hashOfSecret(id));
}

/** Ends one session of this user; undefined where they have none with this handle. */
export async function endSession(trx: Transaction, userId: number, handle: string): Promise<OpenSession | undefined> {
  const rows = await trx('sessions').where('user_id', userId);
  const found: Row<'sessions'> | undefined = rows.find((row) => handleOfHash(row.id_hash) === handle);
  if (!found) return undefined;
  await trx('sessions').where('id_hash', found.id_hash).delete();
  return openSessionOf(found);
}

function openSessionOf(row: Row<'sessions'>): OpenSession {
  return {
    handle: handleOfHash(row.id_hash),
    address: row.address,
    agent: row.agent,
    createdAt: row.created_at,
    seenAt: row.seen_at,
  };
}

export async function pruneSessions(trx: Transaction, now: string): Promise<number> {
  const future = instant(Date.parse(now) + AHEAD);
  return trx('sessions').where('expires_at', '<=', now).orWhere('created_at', '>=', future).delete();
}

/** A sign-in that was under way while its user lost access must leave nothing behind that a later activation would revive. */
async function maySignInNow(trx: Transaction, id: number, passwordSetAt: string | null | undefined): Promise<boolean> {
  const user = await trx('users')
    .where({ id, activity: 'active', api_only: false })
    .whereNotNull('password_hash')
    .first('password_set_at');
  return user !== undefined && user.password_set_at === passwordSetAt;
}

/** Of the sessions that are nobody's. */
async function forgetOldest(trx: Transaction): Promise<void> {
  const anonymous = () => trx('sessions').whereNull('user_id');
  const kept = anonymous().orderBy('created_at', 'desc').orderBy('id_hash').limit(ANONYMOUS_KEPT).select('id_hash');
  await anonymous().whereNotIn('id_hash', kept).delete();
}

/** Under which a session is kept: its id is nowhere in the database (R55). */

function handleOfHash(idHash: string): string {
  return hash('sha256', `handle of ${idHash}`, 'base64url').slice(0, 22);
}
