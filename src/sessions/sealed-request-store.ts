import { randomBytes } from 'node:crypto';
import { hashOfSecret } from '../access/secret-hash.ts';
import { type Instant, instant, MINUTE } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { isSecretField } from '../forms/secret-fields.ts';

/** How long what was sent waits for its confirmation. */
const SEALED_FOR = 5 * MINUTE;
/** Of one person; the oldest gives way. */
const KEPT = 10;

/** Where a request came from and goes to: only there its seal is opened. */
export interface Origin {
  sessionId: string;
  userId: number;
  method: string;
  path: string;
}

type Fields = Record<string, unknown>;

/** Keeps what was sent, without any password in it. Returns the handle by which it is asked for, once. */
export async function sealRequest(trx: Transaction, origin: Origin, body: unknown, at: Instant): Promise<string> {
  const handle = randomBytes(18).toString('base64url');
  await trx('sealed_requests').insert({
    handle_hash: hashOfSecret(handle),
    ...columnsOf(origin),
    body: JSON.stringify(withoutCredentials(body)),
    created_at: at,
    expires_at: instant(Date.parse(at) + SEALED_FOR),
  });
  const own = () => trx('sealed_requests').where('user_id', origin.userId);
  const kept = own().orderBy('created_at', 'desc').orderBy('handle_hash').limit(KEPT).select('handle_hash');
  await own().whereNotIn('handle_hash', kept).delete();
  return handle;
}

/** Whether it waits still, for whoever sent it. */
export async function isSealed(db: Reader, origin: Origin, handle: string, now: Instant): Promise<boolean> {
  return (await waiting(db, origin, handle, now).first('handle_hash')) !== undefined;
}

/** Opens it, once; undefined where it is not there any more. */
export async function openSealed(
  trx: Transaction,
  origin: Origin,
  handle: string,
  now: Instant,
): Promise<Fields | undefined> {
  const row = await waiting(trx, origin, handle, now).first('body');
  if (!row) return undefined;
  await trx('sealed_requests').where('handle_hash', hashOfSecret(handle)).delete();
  return JSON.parse(row.body);
}

/** Takes what waits out of its seal for whoever sent it, where the session in which they did is over: nothing of it is done. */
export async function breakSeal(
  trx: Transaction,
  userId: number,
  handle: string,
  now: Instant,
): Promise<Fields | undefined> {
  const mine = () => trx('sealed_requests').where({ handle_hash: hashOfSecret(handle), user_id: userId });
  const row = await mine().where('expires_at', '>', now).where('created_at', '<=', now).first('body');
  if (!row) return undefined;
  await mine().delete();
  return JSON.parse(row.body);
}

/** What waits in other tabs goes on waiting when the session gets another id. */
export async function moveSealed(trx: Transaction, from: string, to: string): Promise<void> {
  await trx('sealed_requests')
    .where('session_hash', hashOfSecret(from))
    .update({ session_hash: hashOfSecret(to) });
}

export async function pruneSealedRequests(trx: Transaction, now: Instant): Promise<void> {
  await trx('sealed_requests').where('expires_at', '<=', now).delete();
}

function waiting(db: Reader, origin: Origin, handle: string, now: Instant) {
  return (
    db('sealed_requests')
      .where({ handle_hash: hashOfSecret(handle), ...columnsOf(origin) })
      .where('expires_at', '>', now)
      // One that was sealed later was by a clock that has been set back since.
      .where('created_at', '<=', now)
  );
}

function columnsOf({ sessionId, userId, method, path }: Origin) {
  return { session_hash: hashOfSecret(sessionId), user_id: userId, method, path };
}

function withoutCredentials(body: unknown): Fields {
  const fields = Object.entries(typeof body === 'object' && body !== null ? body : {});
  // Nor what belongs to one sending alone.
  return Object.fromEntries(fields.filter(([name]) => !name.startsWith('_') && !isSecretField(name)));
}
