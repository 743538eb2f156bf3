import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { Change, Fields } from './audit-event.ts';
import { findTexts } from './audit-texts.ts';
import { eventsOf, type Row } from './event-form.ts';

/** What was changed of a record by one event. */
export interface LaterChange {
  subjectId: number;
  /** The operation that it was a part of. */
  operationId: number | null;
  before: Fields;
  after: Fields;
}

/**
 * What was changed of these records after an operation changed them, with the texts of the events. Records that the operation did not
 * touch have none.
 */
export async function findLaterChanges(
  db: Reader,
  operationId: number,
  type: Change['subjectType'],
  ids: number[],
): Promise<LaterChange[]> {
  const own = db('audit_events')
    .where({ operation_id: operationId, subject_type: type })
    .groupBy('subject_id')
    .select('subject_id')
    .max('id as last_id');
  const query = db('audit_events as later')
    .join(whereIdIn(own, 'subject_id', ids).as('own'), 'own.subject_id', 'later.subject_id')
    .where('later.subject_type', type)
    .where('later.id', '>', db.ref('own.last_id'))
    .orderBy('later.id');
  const rows: Row[] = await query.select('later.*');
  const events = await eventsOf(rows, (digests) => findTexts(db, digests));
  return events.map(({ subjectId, operationId, before, after }) => ({
    subjectId: subjectId!,
    operationId,
    before,
    after,
  }));
}

/** By operation, the one that it takes back. */
export type Undoings = ReadonlyMap<number, number>;

/** What is left of the changes of one record where those that were taken back are left out, with what took them back. */
export function standing(changes: LaterChange[], undoings: Undoings): LaterChange[] {
  const left = new Set(changes.flatMap(({ operationId }) => operationId ?? []));
  for (const id of [...left].toSorted((a, b) => b - a)) {
    const undone = undoings.get(id);
    if (undone === undefined || !left.has(id) || !left.has(undone)) continue;
    left.delete(id);
    left.delete(undone);
  }
  return changes.filter(({ operationId }) => operationId === null || left.has(operationId));
}
