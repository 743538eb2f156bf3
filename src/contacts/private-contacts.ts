import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';

/** The private contacts of these users, deleted ones left out. */
export async function findPrivateContacts(db: Reader, ownerIds: number[]): Promise<{ id: number; ownerId: number }[]> {
  const owned = db('contacts').where('activity', 'active');
  return whereIdIn(owned, 'owner_user_id', ownerIds).orderBy('id').select('id', 'owner_user_id as ownerId');
}

export async function countPrivateContacts(db: Reader, ownerIds: number[]): Promise<number> {
  const owned = db('contacts').where('activity', 'active');
  const found = await whereIdIn(owned, 'owner_user_id', ownerIds).count('* as contacts').first();
  return Number(found?.contacts);
}

/** Whose each of these is; null where it is nobody's alone. */
export async function findPrivateOwners(db: Reader, ids: number[]): Promise<Map<number, number | null>> {
  const rows = await whereIdIn(db('contacts'), 'id', ids).select('id', 'owner_user_id');
  return new Map(rows.map((row) => [row.id, row.owner_user_id]));
}
