import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { Row } from '../db/tables.ts';
import type { Erased } from './named-persons.ts';

export async function keepErasure(trx: Transaction, userId: number, words: string[]): Promise<void> {
  const row = { user_id: userId, words: JSON.stringify(words) };
  await trx('erasures').insert(row).onConflict('user_id').merge();
}

/** Those that are not finished. */
export async function findErasures(db: Reader, limit: number): Promise<Erased[]> {
  const rows: Row<'erasures'>[] = await db('erasures').orderBy('user_id').limit(limit);
  return rows.map(({ user_id, words }) => ({ userId: user_id, words: JSON.parse(words) }));
}

export async function forgetErasures(trx: Transaction, userIds: number[]): Promise<void> {
  await whereIdIn(trx('erasures'), 'user_id', userIds).delete();
}
