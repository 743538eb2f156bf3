import { createHmac } from 'node:crypto';
import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { identityKey } from '../text/identity-key.ts';
import type { Act } from '../verbs/act.ts';
import type { AuditEvent, Change } from './audit-event.ts';

const READ_AT_ONCE = 1_000;
const START = '';

interface Row {
  id: number;
  at: string;
  actor_id: number | null;
  actor_name: string;
  action: string;
  subject_type: string;
  subject_id: number | null;
  subject_name: string;
  before: string;
  after: string;
  address: string;
  request_id: string;
  hash: string;
}

/**
 * Appends one event per change to the chain, in the transaction of the change itself. Who acts is looked at once more
 * before: what they may not do any more is undone with it. Returns the ids of the events.
 */
export async function recordChanges(trx: Transaction, act: Act, changes: Change[]): Promise<number[]> {
  if (changes.length === 0) return [];
  await act.confirm?.(trx);
  const head = await findHead(trx);
  let id = head?.eventId ?? 0;
  let hash = head?.hash ?? START;
  const rows = changes.map((change): Row => {
    const row = {
      id: ++id,
      at: act.at,
      actor_id: act.by.id,
      actor_name: act.by.name,
      action: change.action,
      subject_type: change.subjectType,
      subject_id: change.subjectId,
      subject_name: change.subjectName,
      before: JSON.stringify(change.before ?? {}),
      after: JSON.stringify(change.after ?? {}),
      address: act.address,
      request_id: act.requestId,
    };
    hash = chained(act.auditKey, hash, row);
    return { ...row, hash };
  });
  await bulkInsert(trx, 'audit_events', rows);
  const newHead = { only: 1, event_id: id, hash, seal: seal(act.auditKey, id, hash) };
  await trx('audit_head').insert(newHead).onConflict('only').merge();
  return rows.map((row) => row.id);
}

/** Events about users that the timeline of a group shows as well. */
export async function noteGroupEvents(trx: Transaction, groupId: number, eventIds: number[]): Promise<void> {
  await bulkInsert(
    trx,
    'group_events',
    eventIds.map((event_id) => ({ group_id: groupId, event_id })),
  );
}

/** Events about users that the timelines of contacts show as well: of those that they link or linked. */
export async function noteContactEvents(
  trx: Transaction,
  contactIds: (number | null)[],
  eventIds: number[],
): Promise<void> {
  await bulkInsert(trx, 'contact_events', noted('contact_id', contactIds, eventIds));
}

/** Events about groups and other users that the timelines of users show as well: of what they lead or own, or did before. */
export async function noteUserEvents(trx: Transaction, userIds: (number | null)[], eventIds: number[]): Promise<void> {
  await bulkInsert(trx, 'user_events', noted('user_id', userIds, eventIds));
}

function noted(column: string, ids: (number | null)[], eventIds: number[]): Record<string, number>[] {
  const some = [...new Set(ids.filter((id) => id !== null))];
  return some.flatMap((id) => eventIds.map((event_id) => ({ [column]: id, event_id })));
}

/** The newest events of a user, and of what they lead and own, at most `limit`. */
export function findUserEvents(db: Reader, userId: number, beforeId: number | undefined, limit: number) {
  return findEventsAround(db, 'user', userId, beforeId, limit);
}

/** The newest events of a group and of the memberships in it, at most `limit`. */
export function findGroupEvents(db: Reader, groupId: number, beforeId: number | undefined, limit: number) {
  return findEventsAround(db, 'group', groupId, beforeId, limit);
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

/** The newest events of a contact and of the links to it, at most `limit`. */
export function findContactEvents(db: Reader, contactId: number, beforeId: number | undefined, limit: number) {
  return findEventsAround(db, 'contact', contactId, beforeId, limit);
}

async function findEventsAround(
  db: Reader,
  subjectType: 'user' | 'group' | 'contact',
  subjectId: number,
  beforeId: number | undefined,
  limit: number,
): Promise<AuditEvent[]> {
  const noted = db(`${subjectType}_events`)
    .where(`${subjectType}_id`, subjectId)
    .orderBy('event_id', 'desc')
    .limit(limit);
  if (beforeId !== undefined) noted.where('event_id', '<', beforeId);
  const ids: number[] = await noted.pluck('event_id');
  const ofOthers = (await db('audit_events').whereIn('id', ids)).map(eventOf);
  const own = await findEvents(db, { subjectType, subjectId, beforeId }, limit);
  return [...own, ...ofOthers].sort((a, b) => b.id - a.id).slice(0, limit);
}

export interface AuditFilter {
  actor?: string;
  subject?: string;
  /** Of the contacts of that name, only those that it leaves of a query: a name must not tell whom one may not see. */
  isKnown?: (contacts: Knex.QueryBuilder) => Knex.QueryBuilder;
  subjectType?: Change['subjectType'];
  subjectId?: number;
  action?: string;
  from?: Instant;
  /** Not included. */
  before?: Instant;
  /** Only events older than this one. */
  beforeId?: number;
}

/** The newest events that match, at most `limit`. */
export async function findEvents(db: Reader, filter: AuditFilter, limit: number): Promise<AuditEvent[]> {
  const query = db('audit_events').orderBy('id', 'desc').limit(limit);
  if (filter.actor) query.whereIn('actor_name', await spellings(db, filter.actor));
  if (filter.subject) query.whereIn('subject_name', await spellings(db, filter.subject));
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
  if (filter.from) query.where('at', '>=', filter.from);
  if (filter.before) query.where('at', '<', filter.before);
  if (filter.beforeId !== undefined) query.where('id', '<', filter.beforeId);
  return (await query).map(eventOf);
}

/** The name as it is given, and as users write it who sign in by it: whoever looks for Maria means maria. */
async function spellings(db: Reader, name: string): Promise<string[]> {
  const written = await db('users').where('name_key', identityKey(name)).pluck('name');
  return [...new Set([name, name.toLowerCase(), ...written])];
}

/** The kinds of change that occurred so far, for the filter. */
export async function findActions(db: Reader): Promise<string[]> {
  return (await db('audit_events').distinct('action').orderBy('action')).map((row) => row.action);
}

/** The last event and its hash: written down elsewhere, they show whether the audit was set back. */
export interface Head {
  eventId: number;
  hash: string;
}

/** As one writes it down. */
export function headInWords({ eventId, hash }: Head): string {
  return `${eventId}:${hash}`;
}

/** What was written down; undefined where it is no head. */
export function headFrom(text: string): Head | undefined {
  const [, eventId, hash] = /^([1-9]\d{0,14}):([\w-]{43})$/.exec(text.trim()) ?? [];
  return hash === undefined ? undefined : { eventId: Number(eventId), hash };
}

export async function findHead(db: Reader): Promise<Head | undefined> {
  const head = await db('audit_head').first('event_id', 'hash');
  return head && { eventId: head.event_id, hash: head.hash };
}

export type Verification = { intact: true; events: number } | { intact: false; eventId: number; problem: string };

/**
 * Walks the whole chain and names the first row that is missing or was altered. With a head that was written down elsewhere it
 * finds as well whether the whole was set back, or made anew, since then.
 */
export async function verifyChain(db: Reader, auditKey: string, noted?: Head): Promise<Verification> {
  const verified = await verifyRows(db, auditKey);
  if (!verified.intact || !noted) return verified;
  const found = await db('audit_events').where('id', noted.eventId).first('hash');
  if (!found)
    return { intact: false, eventId: noted.eventId, problem: 'was there and is missing: the audit was set back' };
  if (found.hash !== noted.hash)
    return { intact: false, eventId: noted.eventId, problem: 'is another than it was: the audit was made anew' };
  return verified;
}

async function verifyRows(db: Reader, auditKey: string): Promise<Verification> {
  let last = { id: 0, hash: START };
  for (;;) {
    const rows: Row[] = await db('audit_events').where('id', '>', last.id).orderBy('id').limit(READ_AT_ONCE);
    for (const row of rows) {
      if (row.id !== last.id + 1) return { intact: false, eventId: last.id + 1, problem: 'is missing' };
      if (chained(auditKey, last.hash, row) !== row.hash)
        return { intact: false, eventId: row.id, problem: 'was altered' };
      last = row;
    }
    if (rows.length < READ_AT_ONCE) break;
  }
  const head = await db('audit_head').first();
  if (!head) {
    // Nobody comes to be without an event.
    const isNew = last.id === 0 && (await db('users').first('id')) === undefined;
    return isNew ? { intact: true, events: 0 } : { intact: false, eventId: last.id + 1, problem: 'is missing' };
  }
  if (head.seal !== seal(auditKey, head.event_id, head.hash))
    return { intact: false, eventId: head.event_id, problem: 'has a forged head' };
  if (head.event_id > last.id) return { intact: false, eventId: last.id + 1, problem: 'is missing' };
  if (head.event_id < last.id || head.hash !== last.hash)
    return { intact: false, eventId: last.id, problem: 'was added past the head' };
  return { intact: true, events: last.id };
}

function chained(key: string, previous: string, row: Omit<Row, 'hash'>): string {
  const { id, at, actor_id, actor_name, action, subject_type, subject_id, subject_name, before, after } = row;
  const content = [id, at, actor_id, actor_name, action, subject_type, subject_id, subject_name, before, after];
  return createHmac('sha256', key)
    .update(JSON.stringify([previous, ...content, row.address, row.request_id]))
    .digest('base64url');
}

function seal(key: string, id: number, hash: string): string {
  return createHmac('sha256', key).update(`head ${id} ${hash}`).digest('base64url');
}

function eventOf(row: Row): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    actorId: row.actor_id,
    actorName: row.actor_name,
    action: row.action,
    subjectType: row.subject_type as AuditEvent['subjectType'],
    subjectId: row.subject_id,
    subjectName: row.subject_name,
    before: JSON.parse(row.before),
    after: JSON.parse(row.after),
    address: row.address,
    requestId: row.request_id,
  };
}
