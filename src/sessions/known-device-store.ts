import { randomBytes } from 'node:crypto';
import { hashOfSecret } from '../access/secret-hash.ts';
import { DAY, type Instant, instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { User } from '../users/user.ts';

/** How long a device is asked for the password alone that its owner wants to be remembered. */
export const REMEMBERED_FOR = 30 * DAY;
/** More than anybody uses; a browser that keeps no cookies is another one each time. */
const KEPT = 20;

/** A browser in which a user signed in with the password that they have. */
export interface KnownDevice {
  id: number;
  agent: string;
  address: string;
  since: Instant;
  lastSignInAt: Instant;
  /** Until then no second factor is asked for there; null where one is. */
  rememberedUntil: Instant | null;
}

type Holder = Pick<User, 'id' | 'passwordSetAt'>;

interface SignedInFrom {
  device: string;
  agent: string;
  address: string;
}

/** Somebody signed in there. Where the same device was known with another password, it is not remembered any more. */
export async function noteDevice(trx: Transaction, user: Holder, from: SignedInFrom, at: Instant): Promise<void> {
  const { device, ...seen } = from;
  const key = { user_id: user.id, device };
  const password_set_at = user.passwordSetAt ?? '';
  const known = await trx('known_devices')
    .where({ ...key, password_set_at })
    .update({ ...seen, last_sign_in_at: at });
  if (known > 0) return;
  await trx('known_devices').where(key).delete();
  await trx('known_devices').insert({ ...key, ...seen, password_set_at, since: at, last_sign_in_at: at });
  const theirs = () => trx('known_devices').where({ user_id: user.id });
  const kept = theirs().orderBy('last_sign_in_at', 'desc').orderBy('id', 'desc').limit(KEPT).select('id');
  await theirs().whereNotIn('id', kept).delete();
}

/** From now on this device of the user is asked for the password alone, if it brings the token that is returned. */
export async function rememberDevice(trx: Transaction, user: Holder, from: SignedInFrom, at: Instant): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await noteDevice(trx, user, from, at);
  const remembered_until = instant(Date.parse(at) + REMEMBERED_FOR);
  await trx('known_devices')
    .where({ user_id: user.id, device: from.device })
    .update({ token_hash: hashOfSecret(token), remembered_until });
  return token;
}

/** Whether the second factor was shown on this device not long ago, with the password that the user has now. */
export async function isRemembered(
  trx: Transaction,
  user: Holder,
  brought: { device: string | null; token: string | null },
  now: Instant,
): Promise<boolean> {
  const { device, token } = brought;
  if (device === null || token === null) return false;
  const key = { user_id: user.id, device, password_set_at: user.passwordSetAt ?? '', token_hash: hashOfSecret(token) };
  // One that ends later was made by a clock that has been set back since.
  const ahead = instant(Date.parse(now) + REMEMBERED_FOR);
  const found = trx('known_devices').where(key).where('remembered_until', '>', now);
  return (await found.where('remembered_until', '<=', ahead).first('id')) !== undefined;
}

const selectDevices = prepared<{ userId: number; passwordSetAt: string }, Row<'known_devices'>>(
  (db, { userId, passwordSetAt }) =>
    db('known_devices')
      .where({ user_id: userId, password_set_at: passwordSetAt })
      .orderBy('last_sign_in_at', 'desc')
      .orderBy('id', 'desc'),
);

/** Those on which the user signed in with the password that they have, the latest first. */
export async function findKnownDevices(db: Reader, user: Holder, now: Instant): Promise<KnownDevice[]> {
  const rows = await selectDevices(db, { userId: user.id, passwordSetAt: user.passwordSetAt ?? '' });
  return rows.map(({ id, agent, address, since, last_sign_in_at, remembered_until }) => {
    const isCurrent = remembered_until !== null && remembered_until > now;
    const rememberedUntil = isCurrent ? remembered_until : null;
    return { id, agent, address, since, lastSignInAt: last_sign_in_at, rememberedUntil };
  });
}

/** The second factor is asked for there again. False where it was already. */
export async function stopRemembering(trx: Transaction, userId: number, id: number): Promise<boolean> {
  const remembered = trx('known_devices').where({ user_id: userId, id }).whereNotNull('token_hash');
  return (await remembered.update({ token_hash: null, remembered_until: null })) > 0;
}

/** The second factor is asked of these users everywhere again. */
export async function stopRememberingAll(trx: Transaction, userIds: number[]): Promise<void> {
  await forgetTokens(trx, { userIds });
}

const forgetTokens = prepared<{ userIds: number[] }, never>((db, { userIds }) =>
  whereIdIn(db('known_devices'), 'user_id', userIds)
    .whereNotNull('token_hash')
    .update({ token_hash: null, remembered_until: null }),
);

/** Nobody is known any more where they signed in that long ago. */
export async function pruneKnownDevices(trx: Transaction, lastSignInBefore: Instant): Promise<void> {
  await trx('known_devices').where('last_sign_in_at', '<', lastSignInBefore).delete();
}
