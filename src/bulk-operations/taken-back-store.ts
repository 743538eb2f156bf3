import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { Row } from '../db/tables.ts';
import type { BulkOperation } from './bulk-operation.ts';
import { operationOf } from './bulk-operation-store.ts';

/**
 * By each of these operations that was taken back, those that did, the newest first. One that was taken back itself is none of them: what
 * it undid stands again. Nor is one that found nothing to put back.
 */
export async function findTakersBack(db: Reader, ids: number[]): Promise<Map<number, BulkOperation[]>> {
  const takers = await undoing(db, ids);
  const undone = await undoing(
    db,
    takers.map(({ id }) => id),
  );
  const isUndone = new Set(undone.map(({ undoes }) => undoes));
  const standing = takers.filter(
    ({ id, finishedAt, tally }) => !isUndone.has(id) && (finishedAt === null || tally.changed > 0),
  );
  return Map.groupBy(standing, ({ undoes }) => undoes!);
}

async function undoing(db: Reader, ids: number[]): Promise<BulkOperation[]> {
  if (ids.length === 0) return [];
  const executed = db('bulk_operations')
    .whereNotNull('executed_at')
    .where('id', '>', Math.min(...ids));
  const rows: Row<'bulk_operations'>[] = await whereIdIn(executed, 'undoes', ids).orderBy('id', 'desc');
  return rows.map(operationOf);
}
