import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import { literal } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { whereIdAmong } from '../db/ids.ts';
import { preparedInForms } from '../db/prepared.ts';
import { identityKey } from '../text/identity-key.ts';
import type { Change } from './audit-event.ts';
import { findIdsWithin } from './audit-summaries.ts';
import { FORM } from './event-form.ts';
import { findCalled, textsSaying } from './names-of-now.ts';

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

/** The newest of each way in which they can match, and so more than `limit`, some of them more than once. */
export async function findEventIds(db: Reader, filter: AuditFilter, limit: number): Promise<number[]> {
  // Along an index of its own each way leads to the newest at once; together, all that match would be gathered and sorted.
  const [byActor, bySubject] = [
    await findWays(db, filter.actor, 'actor'),
    await findWays(db, filter.subject, 'subject'),
  ];
  const meant = await meantBy(db, filter);
  if (!meant) return [];
  const ids: number[] = [];
  for (const actor of byActor)
    for (const subject of bySubject) ids.push(...(await findMatching(db, meant, { actor, subject }, limit)));
  return ids;
}

/** A filter, with the events between which those of its time lie. */
export interface Meant extends AuditFilter {
  firstId?: number;
  lastId?: number;
}

/** Undefined where the time that is meant has no events. */
export async function meantBy(db: Reader, filter: AuditFilter): Promise<Meant | undefined> {
  if (!filter.from && !filter.before) return filter;
  const ids = await findIdsWithin(db, filter);
  return ids && { ...filter, firstId: ids.first, lastId: ids.last };
}

/** A way in which an event can name somebody: values of its columns, which all must be. Without any, it narrows nothing. */
export interface Way {
  columns: Record<string, (string | number)[]>;
  /** Names as they are stand in events of words, and where there is no record: each of them has an index of these alone. */
  isPlain?: 'of words' | 'of nobody';
}

export const ANY_WAY: Way = { columns: {} };

/**
 * The ways in which an event can name somebody or something: by an id that has the name, or had it in an event, for under other
 * names it is the same; by the name itself, as programs and events of words have it.
 */
export async function findWays(db: Reader, name: string | undefined, party: 'actor' | 'subject'): Promise<Way[]> {
  if (!name) return [ANY_WAY];
  const users = await findCalled(db, [identityKey(name)]);
  // Whoever looks for Maria means maria: users sign in by it.
  const spellings = [...new Set([name, name.toLowerCase(), ...users.map((user) => user.name)])];
  const told = await textsSaying(db, spellings);
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
export function matching(
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

export function whereWithin(query: Knex.QueryBuilder, { from, before }: AuditFilter): Knex.QueryBuilder {
  if (from) query.where('at', '>=', from);
  if (before) query.where('at', '<', before);
  return query;
}

/** The newest events that match in these ways; with `isAlone`, only those that are no part of an operation. */
export async function findMatching(
  db: Reader,
  meant: Meant,
  ways: { actor: Way; subject: Way },
  limit: number,
  { isAlone = false } = {},
): Promise<number[]> {
  const isOfNobody = ways.actor === ANY_WAY && ways.subject === ANY_WAY;
  const rows: { id: number }[] = isOfNobody
    ? await selectNewest(db, { given: givenIn(meant), isAlone }, { ...meant, limit })
    : await newest(onlyAlone(matching(db, meant, ways), isAlone && !ways.actor.columns.actor_name), meant, limit);
  return rows.map(({ id }) => id);
}

/** What narrows down the events, whoever did them to whomever. */
const NARROWING = [
  'action',
  'operationId',
  'subjectType',
  'subjectId',
  'from',
  'before',
  'beforeId',
  'firstId',
  'lastId',
] as const;
type Narrowing = (typeof NARROWING)[number];

export function givenIn(meant: Meant): Narrowing[] {
  return NARROWING.filter((name) => meant[name] !== undefined && meant[name] !== '');
}

/** Of all that narrows, what is given. */
export function givenOf(given: Narrowing[], values: Meant): Meant {
  return Object.fromEntries(given.map((name) => [name, values[name]]));
}

const selectNewest = preparedInForms<
  { given: Narrowing[]; isAlone: boolean },
  Meant & { limit: number },
  { id: number }
>((db, { given, isAlone }, values) => {
  const meant = givenOf(given, values);
  return newest(onlyAlone(matching(db, meant, { actor: ANY_WAY, subject: ANY_WAY }), isAlone), meant, values.limit);
});

function onlyAlone(query: Knex.QueryBuilder, isAlone: boolean): Knex.QueryBuilder {
  return isAlone ? query.whereNull('operation_id') : query;
}

/** Restricts a query to the newest events within what is meant, at most `limit`, by their ids. */
export function newest(
  query: Knex.QueryBuilder,
  { firstId, lastId, beforeId }: Meant,
  limit: number,
  column = 'audit_events.id',
): Knex.QueryBuilder {
  if (firstId !== undefined) query.where(column, '>=', firstId);
  if (lastId !== undefined) query.where(column, '<=', lastId);
  if (beforeId !== undefined) query.where(column, '<', beforeId);
  return query.orderBy(column, 'desc').limit(limit).select(`${column} as id`);
}

export function newestOf(ids: number[], limit: number): number[] {
  return [...new Set(ids)].sort((a, b) => b - a).slice(0, limit);
}
