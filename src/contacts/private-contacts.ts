import type { Knex } from 'knex';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';

/** The private contacts of these users, deleted ones left out. */
export async function findPrivateContacts(db: Reader, ownerIds: number[]): Promise<{ id: number; ownerId: number }[]> {
  return selectOwned(db, { ownerIds });
}

const selectOwned = prepared<{ ownerIds: number[] }, { id: number; ownerId: number }>((db, { ownerIds }) =>
  ownedBy(db, ownerIds).orderBy('id').select('id', 'owner_user_id as ownerId'),
);

export async function countPrivateContacts(db: Reader, ownerIds: number[]): Promise<number> {
  const [found] = await countOwned(db, { ownerIds });
  return Number(found.contacts);
}

const countOwned = prepared<{ ownerIds: number[] }, { contacts: number | string }>((db, { ownerIds }) =>
  ownedBy(db, ownerIds).count('* as contacts'),
);

function ownedBy(db: Reader, ownerIds: number[]): Knex.QueryBuilder {
  return whereIdIn(db('contacts').where('activity', 'active'), 'owner_user_id', ownerIds);
}

/** Whose each of these is; null where it is nobody's alone. */
export async function findPrivateOwners(db: Reader, ids: number[]): Promise<Map<number, number | null>> {
  const rows = await whereIdIn(db('contacts'), 'id', ids).select('id', 'owner_user_id');
  return new Map(rows.map((row) => [row.id, row.owner_user_id]));
}
