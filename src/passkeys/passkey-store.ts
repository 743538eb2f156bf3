import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdAmong, whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { Passkey } from './passkey.ts';

const selectOfUser = prepared<{ userId: number }, Row<'passkeys'>>((db, { userId }) =>
  db('passkeys').where({ user_id: userId }).orderBy('id'),
);

/** In the order in which they were made. */
export async function findPasskeys(db: Reader, userId: number): Promise<Passkey[]> {
  return (await selectOfUser(db, { userId })).map(passkeyOf);
}

export async function findPasskeyByCredential(db: Reader, credentialId: string): Promise<Passkey | undefined> {
  const row: Row<'passkeys'> | undefined = await db('passkeys').where({ credential_id: credentialId }).first();
  return row && passkeyOf(row);
}

const selectAny = prepared<{ relyingParty: string }, { id: number }>((db, { relyingParty }) =>
  db('passkeys').where({ relying_party: relyingParty }).limit(1).select('id'),
);

/** Whether anybody has one that was made for this domain. */
export async function isAnyPasskey(db: Reader, relyingParty: string): Promise<boolean> {
  return (await selectAny(db, { relyingParty })).length > 0;
}

/** False where somebody has it already. */
export async function insertPasskey(trx: Transaction, passkey: Omit<Passkey, 'id' | 'lastUsedAt'>): Promise<boolean> {
  const inserted = await trx('passkeys')
    .insert({
      user_id: passkey.userId,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      counter: String(passkey.counter),
      relying_party: passkey.relyingParty,
      name: passkey.name,
      transports: JSON.stringify(passkey.transports),
      created_at: passkey.createdAt,
    })
    .onConflict('credential_id')
    .ignore()
    .returning('id');
  return inserted.length === 1;
}

export async function notePasskeyUse(trx: Transaction, id: number, counter: number, at: Instant): Promise<void> {
  await trx('passkeys')
    .where({ id })
    .update({ counter: String(counter), last_used_at: at });
}

export async function removePasskey(trx: Transaction, id: number): Promise<void> {
  await trx('passkeys').where({ id }).delete();
}

/** All that these users have, for whatever domain; returns how many each had who had any. */
export async function removePasskeysOf(trx: Transaction, userIds: number[]): Promise<Map<number, number>> {
  const theirs = () => whereIdIn(trx('passkeys'), 'user_id', userIds);
  const counts = await theirs().groupBy('user_id').select('user_id').count('* as passkeys');
  if (counts.length > 0) await theirs().delete();
  return new Map(counts.map((row) => [Number(row.user_id), Number(row.passkeys)]));
}

/** Those whose passkeys are worth nothing here, since they were made for another domain; with how many there are in all. */
export async function findStranded(
  db: Reader,
  relyingParty: string,
  limit: number,
): Promise<{ users: { id: number; name: string; passkeys: number }[]; inAll: number }> {
  const theirs = db('passkeys')
    .whereNot({ relying_party: relyingParty })
    .groupBy('user_id')
    .select('user_id')
    .count('* as passkeys')
    .as('stranded');
  // Looked at along the passkeys, of which there are fewer than users.
  const stranded = () =>
    whereIdAmong(db(theirs).join('users', 'users.id', 'stranded.user_id'), 'users.activity', ['active', 'deactivated']);
  const users = await stranded()
    .orderBy(['users.sort_name', 'users.id'])
    .limit(limit)
    .select('users.id', 'users.name', 'stranded.passkeys');
  const found = await stranded().count('* as users').first();
  return {
    users: users.map(({ id, name, passkeys }) => ({ id: Number(id), name: String(name), passkeys: Number(passkeys) })),
    inAll: Number(found?.users),
  };
}

function passkeyOf(row: Row<'passkeys'>): Passkey {
  return {
    id: row.id,
    userId: row.user_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: Number(row.counter),
    relyingParty: row.relying_party,
    name: row.name,
    transports: JSON.parse(row.transports),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
