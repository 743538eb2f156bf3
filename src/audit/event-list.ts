import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import { literal, whereNotDeleted } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { distinctAlong } from '../db/distinct.ts';
import { whereIdAmong, whereIdIn } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import { identityKey } from '../text/identity-key.ts';
import type { AuditEvent, Change, Reference } from './audit-event.ts';
import { type Done, findDone, findIdsWithin } from './audit-summaries.ts';
import { findTexts } from './audit-texts.ts';
import { digestsIn, eventOf, FORM, type Row } from './event-form.ts';

export interface AuditFilter {
  /** What they are or were called. */
  actor?: string;
  subject?: string;
  /** Of the contacts of that name, only those that it leaves of a query: a name must not tell whom one may not see. */
  isKnown?: (contacts: Knex.QueryBuilder) => Knex.QueryBuilder;
  subjectType?: Change['subjectType'];
  subjectId?: number;
  action?: string;
  /** What one bulk operation did. */
  operationId?: number;
  from?: Instant;
  /** Not included. */
  before?: Instant;
  /** Only events older than this one. */
  beforeId?: number;
}

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

/** The newest of each way in which they can match, and so more than `limit`, some of them more than once. */
async function findEventIds(db: Reader, filter: AuditFilter, limit: number): Promise<number[]> {
  // Along an index of its own each way leads to the newest at once; together, all that match would be gathered and sorted.
  const [byActor, bySubject] = [
    await findWays(db, filter.actor, 'actor'),
    await findWays(db, filter.subject, 'subject'),
  ];
  const meant = await meantBy(db, filter);
  if (!meant) return [];
  const ids: number[] = [];
  for (const actor of byActor)
    for (const subject of bySubject)
      ids.push(...(await newestIds(matching(db, meant, { actor, subject }), meant, limit)));
  return ids;
}

/** An event; or a bulk operation, with its last event and what it did in all. */
export interface Entry {
  event: AuditEvent;
  operation?: { id: number; done: Done[] };
}

/** The newest events that match, each bulk operation of more than one as one entry; at most `limit`. */
export async function findEntries(db: Reader, filter: AuditFilter, limit: number): Promise<Entry[]> {
  // By its name one of them is looked for, and not the operation.
  if (filter.subject || filter.operationId !== undefined)
    return (await findEvents(db, filter, limit)).map((event) => ({ event }));
  const meant = await meantBy(db, filter);
  if (!meant) return [];
  const ids: number[] = [];
  for (const way of await findWays(db, filter.actor, 'actor')) {
    const alone = matching(db, meant, { actor: way, subject: ANY_WAY });
    if (!way.columns.actor_name) alone.whereNull('operation_id');
    ids.push(...(await newestIds(alone, meant, limit)), ...(await findLastIds(db, meant, way, limit)));
  }
  const events = await readEvents(db, newestOf(ids, limit));
  const operationIds = events.flatMap(({ operationId }) => operationId ?? []);
  const done = operationIds.length > 0 ? await findDone(db, operationIds, filter.action) : new Map<number, Done[]>();
  return events.map((event) => {
    const counts = done.get(event.operationId ?? 0) ?? [];
    const isOne = counts.reduce((sum, { number }) => sum + number, 0) <= 1;
    return isOne ? { event } : { event, operation: { id: event.operationId!, done: counts } };
  });
}

/** Of each of these operations its newest events that match, at most `limit`; the newest first. */
export async function findEventsOfOperations(
  db: Reader,
  operationIds: number[],
  { action }: Pick<AuditFilter, 'action'>,
  limit: number,
): Promise<AuditEvent[]> {
  if (operationIds.length === 0) return [];
  const newest = operationIds.map((operation_id) => {
    const events = db('audit_events').where(action ? { operation_id, action } : { operation_id });
    return db.from(events.orderBy('id', 'desc').limit(limit).select('id').as('newest')).select('id');
  });
  const ids: { id: number }[] = await db.unionAll(newest);
  return readEvents(
    db,
    newestOf(
      ids.map(({ id }) => id),
      ids.length,
    ),
  );
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

/** A way in which an event can name somebody: values of its columns, which all must be. Without any, it narrows nothing. */
interface Way {
  columns: Record<string, (string | number)[]>;
  /** Names as they are stand in events of words, and where there is no record: each of them has an index of these alone. */
  isPlain?: 'of words' | 'of nobody';
}

const ANY_WAY: Way = { columns: {} };

/** The last events of the operations that match. Whoever is known by a name alone, a program, has none. */
async function findLastIds(db: Reader, filter: Meant, way: Way, limit: number): Promise<number[]> {
  if (way !== ANY_WAY && !way.columns.actor_id) return [];
  const { action, from, before } = filter;
  const [ended, later] = [db('audit_operations as ended'), db('audit_operations as later')];
  later.where('later.operation_id', db.ref('ended.operation_id')).where('later.last_id', '>', db.ref('ended.last_id'));
  if (action) later.where('later.action', action);
  if (action) ended.where('ended.action', action);
  if (way.columns.actor_id) ended.whereIn('ended.actor_id', way.columns.actor_id);
  ended.whereNotExists(later);
  if (from || before) {
    const last = db('audit_events').where('audit_events.id', db.ref('ended.last_id'));
    ended.whereExists(whereWithin(last, filter));
  }
  return newestIds(ended, filter, limit, 'ended.last_id');
}

/** A filter, with the events between which those of its time lie. */
interface Meant extends AuditFilter {
  ids?: { first: number; last: number };
}

/** Undefined where the time that is meant has no events. */
async function meantBy(db: Reader, filter: AuditFilter): Promise<Meant | undefined> {
  if (!filter.from && !filter.before) return filter;
  const ids = await findIdsWithin(db, filter);
  return ids && { ...filter, ids };
}

async function newestIds(
  query: Knex.QueryBuilder,
  { ids, beforeId }: Meant,
  limit: number,
  column = 'audit_events.id',
): Promise<number[]> {
  if (ids) query.where(column, '>=', ids.first).where(column, '<=', ids.last);
  if (beforeId !== undefined) query.where(column, '<', beforeId);
  return query.orderBy(column, 'desc').limit(limit).pluck(column);
}

function newestOf(ids: number[], limit: number): number[] {
  return [...new Set(ids)].sort((a, b) => b - a).slice(0, limit);
}

/**
 * The ways in which an event can name somebody or something: by an id that has the name, or had it in an event, for under other
 * names it is the same; by the name itself, as programs and events of words have it.
 */
async function findWays(db: Reader, name: string | undefined, party: 'actor' | 'subject'): Promise<Way[]> {
  if (!name) return [ANY_WAY];
  // Each has its index, and both together have none.
  const called = () => db('users').where('name_key', identityKey(name)).select('id', 'name');
  const deleted = called().whereNotNull('deleted_from');
  const users: { id: number; name: string }[] = await called().modify(whereNotDeleted).unionAll(deleted);
  // Whoever looks for Maria means maria: users sign in by it.
  const spellings = [...new Set([name, name.toLowerCase(), ...users.map((user) => user.name)])];
  const told = () => db('audit_texts').whereIn('text', spellings);
  const events = () => db('audit_events').where(`${party}_name`, db.ref('audit_texts.digest'));
  const own = events().where(`${party}_id`, db.ref('audit_texts.subject_id'));
  if (party === 'subject') own.where('audit_events.subject_type', db.ref('audit_texts.subject_type'));
  const owners: { type: string; id: number }[] = await told()
    .whereExists(own)
    .select('subject_type as type', 'subject_id as id');
  const records = new Map(
    [...users.map(({ id }) => ({ type: 'user', id })), ...owners].map((one) => [keyOf(one), one]),
  );
  // A request that was refused is no name of whoever asked for it.
  const ofNobody: string[] =
    party === 'subject' ? await told().whereExists(events().whereNull('subject_id')).pluck('digest') : [];
  const ofRecords = [...records.values()];
  if (party === 'actor')
    return [
      ...spellings.map((one): Way => ({ columns: { actor_name: [one] } })),
      ...ofRecords.map(({ id }): Way => ({ columns: { actor_id: [id] } })),
    ];
  const named = (names: string[], isPlain: Way['isPlain']): Way => ({ columns: { subject_name: names }, isPlain });
  return [
    ...spellings.map((one) => named([one], 'of words')),
    ...spellings.map((one) => named([one], 'of nobody')),
    ...(ofNobody.length > 0 ? [named(ofNobody, 'of nobody')] : []),
    ...ofRecords.map(({ type, id }): Way => ({ columns: { subject_type: [type], subject_id: [id] } })),
  ];
}

function keyOf({ type, id }: { type: string; id: number }): string {
  return `${type} ${id}`;
}

/**
 * Events that match, in the ways in which they are to name who did it and what it was done to. Few events are of one record, and
 * those of a program are no part of an operation: where one of these leads, all else is only looked at.
 */
function matching(
  db: Reader,
  filter: AuditFilter,
  { actor, subject }: { actor: Way; subject: Way },
): Knex.QueryBuilder {
  const query = db('audit_events');
  const leading = subject === ANY_WAY ? actor : subject;
  const isNarrow = leading !== ANY_WAY && !leading.columns.actor_id;
  const restrict = (way: Way) => {
    for (const [column, values] of Object.entries(way.columns))
      if (isNarrow && way !== leading) whereIdAmong(query, column, values);
      else query.whereIn(column, values);
    if (way.isPlain === 'of words') query.where('form', literal(db, FORM.words));
    if (way.isPlain === 'of nobody') query.whereNull('subject_id');
  };
  restrict(subject);
  restrict(actor);
  if (filter.action) restrict({ columns: { action: [filter.action] } });
  if (filter.operationId !== undefined) restrict({ columns: { operation_id: [filter.operationId] } });
  if (filter.subject && filter.isKnown) {
    const { isKnown } = filter;
    query.where((either) =>
      either
        .whereNot('subject_type', 'contact')
        .orWhereExists(isKnown(db('contacts').where('contacts.id', db.ref('audit_events.subject_id')))),
    );
  }
  if (filter.subjectType) query.where('subject_type', filter.subjectType);
  if (filter.subjectId !== undefined) query.where('subject_id', filter.subjectId);
  return whereWithin(query, filter);
}

function whereWithin(query: Knex.QueryBuilder, { from, before }: AuditFilter): Knex.QueryBuilder {
  if (from) query.where('at', '>=', from);
  if (before) query.where('at', '<', before);
  return query;
}

/** The newest first. */
async function readEvents(db: Reader, ids: number[]): Promise<AuditEvent[]> {
  const rows = await selectEvents(db, { ids });
  const texts = await findTexts(db, rows.flatMap(digestsIn));
  return rows.map((row) => eventOf(row, (digest) => texts.get(digest)));
}

const selectEvents = prepared<{ ids: number[] }, Row>((db, { ids }) =>
  whereIdIn(db('audit_events').orderBy('id', 'desc'), 'id', ids).select('audit_events.*'),
);
