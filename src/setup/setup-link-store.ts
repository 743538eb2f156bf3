import { timingSafeEqual } from 'node:crypto';
import { hashOfSecret } from '../access/secret-hash.ts';
import type { Reader, Transaction } from '../db/database.ts';

/** From now on this is the newest link, for every process. Only its hash is kept. */
export async function keepSetupLink(trx: Transaction, token: string): Promise<void> {
  const row = { only: 1, token_hash: hashOfSecret(token) };
  await trx('setup_link').insert(row).onConflict('only').merge();
}

/** Whether the token is that of the newest link; where none was kept, that of this process. */
export async function isSetupToken(db: Reader, token: string, own: string): Promise<boolean> {
  const kept = await db('setup_link').first('token_hash');
  const expected = kept?.token_hash ?? hashOfSecret(own);
  return timingSafeEqual(Buffer.from(hashOfSecret(token)), Buffer.from(expected));
}
