import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';

/** A program with whoever answers for it. */
export interface OwnedProgram {
  id: number;
  name: string;
  ownerId: number;
}

/** The active programs that these answer for, by name. */
export function findOwnedBy(db: Reader, ownerIds: number[]): Promise<OwnedProgram[]> {
  return selectOwnedBy(db, { ownerIds });
}

const selectOwnedBy = prepared<{ ownerIds: number[] }, OwnedProgram>((db, { ownerIds }) => {
  const owned = db('users').where({ activity: 'active', api_only: true }).whereNotNull('api_only_owner_id');
  return whereIdIn(owned, 'api_only_owner_id', ownerIds)
    .orderBy(['sort_name', 'id'])
    .select('id', 'name', 'api_only_owner_id as ownerId');
});

/** Who answers for each of these programs. */
export async function findOwnerIds(db: Reader, ids: number[]): Promise<Map<number, number | null>> {
  const rows = await whereIdIn(db('users').where('api_only', true), 'id', ids).select('id', 'api_only_owner_id');
  return new Map(rows.map((row) => [row.id, row.api_only_owner_id]));
}
