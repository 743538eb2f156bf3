import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { identityKey } from '../text/identity-key.ts';
import type { AuditEvent, Change, Reference } from './audit-event.ts';
import { findTexts } from './audit-texts.ts';
import { digestsIn, eventOf, type Row } from './event-form.ts';

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
  return readEvents(db, matching(db, filter, await findMeant(db, filter)).limit(limit));
}

/** An event; or a bulk operation, with its last event and what it did in all. */
export interface Entry {
  event: AuditEvent;
  operation?: { id: number; done: Done[] };
}

/** How often an operation did one kind of thing. */
export interface Done {
  action: string;
  subjectType: Change['subjectType'];
  number: number;
}

/** The newest events that match, each bulk operation of more than one as one entry; at most `limit`. */
export async function findEntries(db: Reader, filter: AuditFilter, limit: number): Promise<Entry[]> {
  // By its name one of them is looked for, and not the operation.
  if (filter.subject || filter.operationId !== undefined)
    return (await findEvents(db, filter, limit)).map((event) => ({ event }));
  const query = matching(db, filter, await findMeant(db, filter)).limit(limit);
  const later = db('audit_events as later')
    .where('later.operation_id', db.ref('audit_events.operation_id'))
    .where('later.id', '>', db.ref('audit_events.id'));
  if (filter.action) later.where('later.action', filter.action);
  const events = await readEvents(db, query.whereNotExists(later));
  const done = await countDone(db, filter, events);
  return events.map((event) => {
    const counts = done.get(event.operationId ?? 0) ?? [];
    const isOne = counts.reduce((sum, { number }) => sum + number, 0) <= 1;
    return isOne ? { event } : { event, operation: { id: event.operationId!, done: counts } };
  });
}

/** The newest events of a record and of what came to it or was parted from it, at most `limit`. */
export async function findEventsAround(
  db: Reader,
  { type, id }: Pick<Reference, 'type' | 'id'>,
  beforeId: number | undefined,
  limit: number,
): Promise<AuditEvent[]> {
  const noted = db(`${type}_events`).where(`${type}_id`, id).orderBy('event_id', 'desc').limit(limit);
  if (beforeId !== undefined) noted.where('event_id', '<', beforeId);
  const ids: number[] = await noted.pluck('event_id');
  const ofOthers = await readEvents(db, db('audit_events').whereIn('id', ids));
  const own = await findEvents(db, { subjectType: type, subjectId: id, beforeId }, limit);
  return [...own, ...ofOthers].sort((a, b) => b.id - a.id).slice(0, limit);
}

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
  return (await db('audit_events').distinct('action').orderBy('action')).map((row) => row.action);
}

/** Who and what is meant by a name. */
interface Named {
  /** The name as events of words have it, and digests of it. */
  names: string[];
  /** By their types the records that have the name, or had it in an event: under other names they are the same. */
  ids: Map<string, number[]>;
}

interface Meant {
  actor?: Named;
  subject?: Named;
}

async function findMeant(db: Reader, { actor, subject }: AuditFilter): Promise<Meant> {
  return {
    actor: actor ? await findNamed(db, actor, { name: 'actor_name', id: 'actor_id' }) : undefined,
    subject: subject ? await findNamed(db, subject, { name: 'subject_name', id: 'subject_id' }) : undefined,
  };
}

function matching(db: Reader, filter: AuditFilter, { actor, subject }: Meant): Knex.QueryBuilder {
  const query = db('audit_events').orderBy('audit_events.id', 'desc');
  if (actor) whereActor(query, actor);
  if (subject) whereSubject(query, subject);
  const { isKnown } = filter;
  if (subject && isKnown)
    query.where((either) =>
      either
        .whereNot('subject_type', 'contact')
        .orWhereExists(isKnown(db('contacts').where('contacts.id', db.ref('audit_events.subject_id')))),
    );
  if (filter.subjectType) query.where('subject_type', filter.subjectType);
  if (filter.subjectId !== undefined) query.where('subject_id', filter.subjectId);
  if (filter.action) query.where('action', filter.action);
  if (filter.operationId !== undefined) query.where('operation_id', filter.operationId);
  if (filter.from) query.where('at', '>=', filter.from);
  if (filter.before) query.where('at', '<', filter.before);
  if (filter.beforeId !== undefined) query.where('audit_events.id', '<', filter.beforeId);
  return query;
}

async function findNamed(db: Reader, name: string, column: { name: string; id: string }): Promise<Named> {
  const users: { id: number; name: string }[] = await db('users')
    .where('name_key', identityKey(name))
    .select('id', 'name');
  // Whoever looks for Maria means maria: users sign in by it.
  const spellings = [...new Set([name, name.toLowerCase(), ...users.map((user) => user.name)])];
  const told = (isOwnName: boolean) => {
    const events = db('audit_events').where(column.name, db.ref('audit_texts.digest'));
    // A request that was refused is no name of whoever asked for it.
    if (isOwnName) events.where(column.id, db.ref('audit_texts.subject_id'));
    return db('audit_texts').whereIn('text', spellings).whereExists(events);
  };
  const digests: string[] = await told(false).pluck('digest');
  const owners: { type: string; id: number }[] = await told(true).select('subject_type as type', 'subject_id as id');
  const ids = Map.groupBy([...users.map(({ id }) => ({ type: 'user', id })), ...owners], ({ type }) => type);
  return {
    names: [...spellings, ...digests],
    ids: new Map([...ids].map(([type, some]) => [type, [...new Set(some.map(({ id }) => id))]])),
  };
}

function whereActor(query: Knex.QueryBuilder, { names, ids }: Named): void {
  query.where((either) => either.whereIn('actor_name', names).orWhereIn('actor_id', ids.get('user') ?? []));
}

function whereSubject(query: Knex.QueryBuilder, { names, ids }: Named): void {
  query.where((either) => {
    either.whereIn('subject_name', names);
    for (const [type, some] of ids) either.orWhere((of) => of.where('subject_type', type).whereIn('subject_id', some));
  });
}

async function countDone(db: Reader, filter: AuditFilter, events: AuditEvent[]): Promise<Map<number, Done[]>> {
  const ids = events.flatMap(({ operationId }) => operationId ?? []);
  if (ids.length === 0) return new Map();
  const counted = db('audit_events')
    .whereIn('operation_id', ids)
    .groupBy('operation_id', 'action', 'subject_type')
    .orderByRaw('min(id)')
    .select('operation_id', 'action', 'subject_type')
    .count('* as number');
  if (filter.action) counted.where('action', filter.action);
  const rows = await counted;
  const done = rows.map((row): [number, Done] => [
    Number(row.operation_id),
    { action: String(row.action), subjectType: row.subject_type as Done['subjectType'], number: Number(row.number) },
  ]);
  return new Map([...Map.groupBy(done, ([id]) => id)].map(([id, some]) => [id, some.map(([, one]) => one)]));
}

async function readEvents(db: Reader, query: Knex.QueryBuilder): Promise<AuditEvent[]> {
  const rows: Row[] = await query.select('audit_events.*');
  const texts = await findTexts(db, rows.flatMap(digestsIn));
  return rows.map((row) => eventOf(row, (digest) => texts.get(digest)));
}
