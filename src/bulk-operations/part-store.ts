import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { BulkOperation } from './bulk-operation.ts';
import { findOperation, operationOf } from './bulk-operation-store.ts';

/** All that is done with one operation, in that order: itself first, and mostly alone. */
export type Parts = [BulkOperation, ...BulkOperation[]];

/** By each of these, its parts. */
export async function findPartsOf(db: Reader, wholes: BulkOperation[]): Promise<Map<number, Parts>> {
  const ids = wholes.map(({ id }) => id);
  const rows = await selectPartsOf(db, { ids });
  const parts = Map.groupBy(rows.map(operationOf), ({ partOf }) => partOf);
  return new Map(wholes.map((whole) => [whole.id, [whole, ...(parts.get(whole.id) ?? [])]]));
}

const selectPartsOf = prepared<{ ids: number[] }, Row<'bulk_operations'>>((db, { ids }) =>
  whereIdIn(db('bulk_operations'), 'part_of', ids).orderBy('id'),
);

export async function findParts(db: Reader, whole: BulkOperation): Promise<Parts> {
  return (await findPartsOf(db, [whole])).get(whole.id)!;
}

/** Whoever names a part means the whole. Throws NotFound for an unknown one. */
export async function findWhole(db: Reader, id: number): Promise<BulkOperation> {
  const operation = await findOperation(db, id);
  return operation.partOf === null ? operation : findOperation(db, operation.partOf);
}

/** How many were changed by any of these operations on the same kind of records: each counts once. */
export async function countChanged(db: Reader, operations: BulkOperation[]): Promise<number> {
  if (operations.length === 1) return operations[0].tally.changed;
  const ids = operations.map(({ id }) => id);
  const items = whereIdIn(db('bulk_operation_items').where('outcome', 'changed'), 'operation_id', ids);
  const [{ changed }]: { changed: number | string }[] = await items.countDistinct('subject_id as changed');
  return Number(changed);
}
