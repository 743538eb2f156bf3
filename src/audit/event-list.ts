import type { Knex } from 'knex';
import type { Reader } from '../db/database.ts';
import { distinctAlong } from '../db/distinct.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import type { AuditEvent, Reference } from './audit-event.ts';
import { findTexts } from './audit-texts.ts';
import { type AuditFilter, findEventIds, newestOf } from './event-filter.ts';
import { eventsOf, type Row } from './event-form.ts';

/** The newest events that match, at most `limit`. */
export async function findEvents(db: Reader, filter: AuditFilter, limit: number): Promise<AuditEvent[]> {
  return readEvents(db, newestOf(await findEventIds(db, filter, limit), limit));
}

/** How many events match, counted up to `most`. */
export async function countEvents(db: Reader, filter: AuditFilter, most: number): Promise<number> {
  return Math.min(most, new Set(await findEventIds(db, filter, most)).size);
}

/** The ids of the newest events that match, at most `limit`. */
export async function findNewestIds(db: Reader, filter: AuditFilter, limit: number): Promise<number[]> {
  return newestOf(await findEventIds(db, filter, limit), limit);
}

/** The newest first. */
export function findEventsById(db: Reader, ids: number[]): Promise<AuditEvent[]> {
  return readEvents(db, newestOf(ids, ids.length));
}

/** The newest events of a record and of what came to it or was parted from it, at most `limit`. */
export async function findEventsAround(
  db: Reader,
  { type, id }: Pick<Reference, 'type' | 'id'>,
  beforeId: number | undefined,
  limit: number,
): Promise<AuditEvent[]> {
  const rows = await selectAround(
    db,
    { type, isFromStart: beforeId === undefined },
    { subjectId: id, beforeId: beforeId ?? 0, limit },
  );
  const ids = rows.map((row) => row.id);
  return readEvents(db, newestOf(ids, limit));
}

interface Around {
  subjectId: number;
  beforeId: number;
  limit: number;
}

/** The newest of both kinds, each found along an index of its own. */
const selectAround = preparedInForms<{ type: Reference['type']; isFromStart: boolean }, Around, { id: number }>(
  (db, { type, isFromStart }, { subjectId, beforeId, limit }) => {
    const newest = (events: Knex.QueryBuilder, column: string) => {
      if (!isFromStart) events.where(column, '<', beforeId);
      return db.from(events.orderBy(column, 'desc').limit(limit).select(`${column} as id`).as('newest')).select('id');
    };
    const own = db('audit_events').where({ subject_type: type, subject_id: subjectId });
    const ofOthers = db(`${type}_events`).where(`${type}_id`, subjectId);
    return newest(own, 'id').unionAll(newest(ofOthers, 'event_id'));
  },
);

/** The last event that changed this field of a contact; 0 without one. */
export async function findLastChangeOf(db: Reader, contactId: number, field: string): Promise<number> {
  const row = await db('audit_events')
    .where({ subject_type: 'contact', subject_id: contactId })
    .whereLike('before', `%"${field}":%`)
    .max('id as last')
    .first();
  return Number(row?.last ?? 0);
}

/** The kinds of change that occurred so far, for the filter. */
export async function findActions(db: Reader): Promise<string[]> {
  const found = [...(await selectActionsAlone(db, {})), ...(await selectActionsOfOperations(db, {}))];
  return [...new Set(found.map(({ value }) => value))].sort();
}

const selectActionsAlone = prepared<object, { value: string }>((db) =>
  distinctAlong(db, () => db('audit_events').whereNull('operation_id'), 'action'),
);

const selectActionsOfOperations = prepared<object, { value: string }>((db) =>
  distinctAlong(db, () => db('audit_operations'), 'action'),
);

/** The newest first. */
export async function readEvents(db: Reader, ids: number[]): Promise<AuditEvent[]> {
  const rows = await selectEvents(db, { ids });
  return eventsOf(rows, (digests) => findTexts(db, digests));
}

const selectEvents = prepared<{ ids: number[] }, Row>((db, { ids }) =>
  whereIdIn(db('audit_events').orderBy('id', 'desc'), 'id', ids).select('audit_events.*'),
);
