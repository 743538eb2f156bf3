import type { Instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { pieces, whereIdIn } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { type BulkOperation, PIECE } from './bulk-operation.ts';

/** So many rows are written in one statement. */
const ROWS_AT_ONCE = 1_000;

/** One piece of a set. */
export interface Piece {
  number: number;
  ids: number[];
}

/** Freezes a set: ids in their order, or lines as they are given. */
export async function keepPieces(
  trx: Transaction,
  operationId: number,
  { ids, lines }: { ids: number[]; lines?: number[] },
): Promise<void> {
  const rows = [...pieces(lines ?? ids.toSorted((a, b) => a - b), PIECE)].map((some, number) => ({
    operation_id: operationId,
    number,
    ids: JSON.stringify(some),
    // Lines are in nobody's way.
    first_id: lines ? 0 : some[0],
    last_id: lines ? 0 : some.at(-1),
  }));
  for (const some of pieces(rows, ROWS_AT_ONCE)) await bulkInsert(trx, 'bulk_operation_pieces', some);
}

/** The pieces of a set that are not done yet, in their order, from that one on. */
export async function findPieces(
  db: Reader,
  operationId: number,
  { from = 0, limit }: { from?: number; limit?: number } = {},
): Promise<Piece[]> {
  const rows = await selectLeft(db, { isLimited: limit !== undefined }, { operationId, from, limit: limit ?? 0 });
  return rows.map(({ number, ids }) => ({ number, ids: JSON.parse(ids) }));
}

const selectLeft = preparedInForms<
  { isLimited: boolean },
  { operationId: number; from: number; limit: number },
  Pick<Row<'bulk_operation_pieces'>, 'number' | 'ids'>
>(
  (db, { isLimited }, { operationId, from, limit }) => {
    const left = db('bulk_operation_pieces')
      .where('operation_id', operationId)
      .where('number', '>=', from)
      .whereNull('done_at')
      .orderBy('number')
      .select('number', 'ids');
    return isLimited ? left.limit(limit) : left;
  },
  { isKept: false },
);

/** Whether a piece is still to be done. */
export async function isLeft(trx: Transaction, operationId: number, { number }: Piece): Promise<boolean> {
  return (await selectUndone(trx, { operationId, number })).length > 0;
}

const selectUndone = prepared<{ operationId: number; number: number }, { number: number }>(
  (db, { operationId, number }) =>
    db('bulk_operation_pieces').where({ operation_id: operationId, number }).whereNull('done_at').select('number'),
);

/** Of these, whom the set has to whom it is not done yet; it is read no further than that takes. */
export async function findMeantAmong(db: Reader, operationId: number, ids: number[]): Promise<Set<number>> {
  const left = () => db('bulk_operation_pieces').where('operation_id', operationId).whereNull('done_at');
  const spans: { number: number; first_id: number; last_id: number }[] = await left().select(
    'number',
    'first_id',
    'last_id',
  );
  const asked = spans.filter(({ first_id, last_id }) => ids.some((id) => first_id <= id && id <= last_id));
  const numbers = asked.map(({ number }) => number);
  const sets: string[] = await whereIdIn(left(), 'number', numbers).pluck('ids');
  const meant = new Set(sets.flatMap((text): number[] => JSON.parse(text)));
  return new Set(ids.filter((id) => meant.has(id)));
}

/** All of the set that is not done yet. */
export async function findItemIds(db: Reader, operationId: number): Promise<number[]> {
  return (await findPieces(db, operationId)).flatMap(({ ids }) => ids);
}

export async function markDone(trx: Transaction, operationId: number, piece: Piece, at: Instant): Promise<void> {
  await keepDone(trx, { operationId, number: piece.number, at });
}

const keepDone = prepared<{ operationId: number; number: number; at: Instant }, never>(
  (db, { operationId, number, at }) =>
    db('bulk_operation_pieces').where({ operation_id: operationId, number }).update({ done_at: at }),
);

/** Whether any of what is left of another one that is under way could be one of these. */
export async function isInTheWay(
  db: Reader,
  { id, partOf, subjectType }: BulkOperation,
  ids: number[],
): Promise<boolean> {
  const [first, last] = [ids[0], ids.at(-1)];
  const row = await db('bulk_operation_pieces')
    .join('bulk_operations', 'bulk_operations.id', 'bulk_operation_pieces.operation_id')
    .whereNotNull('executed_at')
    .whereNull('finished_at')
    .whereNull('paused_at')
    .whereNotIn('bulk_operations.id', [id, partOf ?? id])
    .where('bulk_operations.subject_type', subjectType)
    .where('first_id', '<=', last!)
    .where('last_id', '>=', first!)
    .first('number');
  return row !== undefined;
}

/** What is left of the sets of these operations. */
export async function forgetPieces(trx: Transaction, operationIds: number[]): Promise<void> {
  await whereIdIn(trx('bulk_operation_pieces'), 'operation_id', operationIds).delete();
}
