import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
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
  return findMatching(db, filter, limit, () => {});
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
  const events = await findMatching(db, filter, limit, (query) => {
    const later = db('audit_events as later')
      .where('later.operation_id', db.ref('audit_events.operation_id'))
      .where('later.id', '>', db.ref('audit_events.id'));
    if (filter.action) later.where('later.action', filter.action);
    query.whereNotExists(later);
  });
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

/** Restricts a query. */
type Narrowing = (query: Knex.QueryBuilder) => void;

async function findMatching(db: Reader, filter: AuditFilter, limit: number, narrow: Narrowing): Promise<AuditEvent[]> {
  const matching = (...narrowings: Narrowing[]) => {
    const query = db('audit_events').orderBy('audit_events.id', 'desc').limit(limit);
    for (const one of [...narrowings, narrow]) one(query);
    return narrowBy(db, query, filter);
  };
  if (!filter.actor && !filter.subject) return readEvents(db, matching());
  // Along an index of its own each way leads to the newest at once; together, all that match would be gathered and sorted.
  const [byActor, bySubject] = [
    await findWays(db, filter.actor, 'actor'),
    await findWays(db, filter.subject, 'subject'),
  ];
  const ids = new Set<number>();
  for (const isActor of byActor)
    for (const isSubject of bySubject)
      for (const id of await matching(isActor, isSubject).pluck('audit_events.id')) ids.add(id);
  const newest = [...ids].sort((a, b) => b - a).slice(0, limit);
  return readEvents(db, whereIdIn(db('audit_events').orderBy('id', 'desc'), 'id', newest));
}

/**
 * The ways in which an event can name somebody or something: by an id that has the name, or had it in an event, for under other
 * names it is the same; by the name itself, as programs and events of words have it. Without a name, one that narrows nothing.
 */
async function findWays(db: Reader, name: string | undefined, party: 'actor' | 'subject'): Promise<Narrowing[]> {
  if (!name) return [() => {}];
  const users: { id: number; name: string }[] = await db('users')
    .where('name_key', identityKey(name))
    .select('id', 'name');
  // Whoever looks for Maria means maria: users sign in by it.
  const spellings = [...new Set([name, name.toLowerCase(), ...users.map((user) => user.name)])];
  const told = () => db('audit_texts').whereIn('text', spellings);
  const events = () => db('audit_events').where(`${party}_name`, db.ref('audit_texts.digest'));
  const owners: { type: string; id: number }[] = await told()
    .whereExists(events().where(`${party}_id`, db.ref('audit_texts.subject_id')))
    .select('subject_type as type', 'subject_id as id');
  const records = new Map(
    [...users.map(({ id }) => ({ type: 'user', id })), ...owners].map((one) => [keyOf(one), one]),
  );
  // A request that was refused is no name of whoever asked for it.
  const ofNobody: string[] = await told()
    .whereExists(events().whereNull(`${party}_id`))
    .pluck('digest');
  const names = [...spellings.map((one) => [one]), ofNobody].filter((some) => some.length > 0);
  return [
    ...names.map(
      (some): Narrowing =>
        (query) =>
          query.whereIn(`${party}_name`, some),
    ),
    ...[...records.values()].map(
      ({ type, id }): Narrowing =>
        (query) => {
          query.where(`${party}_id`, id);
          if (party === 'subject') query.where('subject_type', type);
        },
    ),
  ];
}

function keyOf({ type, id }: { type: string; id: number }): string {
  return `${type} ${id}`;
}

function narrowBy(db: Reader, query: Knex.QueryBuilder, filter: AuditFilter): Knex.QueryBuilder {
  const { subject, isKnown } = filter;
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

async function countDone(db: Reader, filter: AuditFilter, events: AuditEvent[]): Promise<Map<number, Done[]>> {
  const ids = events.flatMap(({ operationId }) => operationId ?? []);
  if (ids.length === 0) return new Map();
  const counted = db('audit_events')
    .whereIn('operation_id', ids)
    .groupBy('operation_id', 'action', 'subject_type')
    .select('operation_id', 'action', 'subject_type')
    .min('id as first')
    .orderBy('first')
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
