import type { Knex } from 'knex';
import type { Reader } from '../db/database.ts';
import { preparedInForms } from '../db/prepared.ts';
import type { AuditEvent } from './audit-event.ts';
import { type Done, findDone } from './audit-summaries.ts';
import {
  ANY_WAY,
  type AuditFilter,
  findMatching,
  findWays,
  givenIn,
  givenOf,
  type Meant,
  meantBy,
  newest,
  newestOf,
  type Way,
  whereWithin,
} from './event-filter.ts';
import { findEvents, readEvents } from './event-list.ts';

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
    const ways = { actor: way, subject: ANY_WAY };
    ids.push(...(await findMatching(db, meant, ways, limit, { isAlone: true })));
    ids.push(...(await findLastIds(db, meant, way, limit)));
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

/** The last events of the operations that match. Whoever is known by a name alone, a program, has none. */
async function findLastIds(db: Reader, filter: Meant, way: Way, limit: number): Promise<number[]> {
  if (way !== ANY_WAY && !way.columns.actor_id) return [];
  const rows: { id: number }[] =
    way === ANY_WAY
      ? await selectLast(db, { given: givenIn(filter) }, { ...filter, limit })
      : await newestLast(db, filter, way, limit);
  return rows.map(({ id }) => id);
}

const selectLast = preparedInForms<{ given: ReturnType<typeof givenIn> }, Meant & { limit: number }, { id: number }>(
  (db, { given }, values) => newestLast(db, givenOf(given, values), ANY_WAY, values.limit),
);

function newestLast(db: Reader, filter: Meant, way: Way, limit: number): Knex.QueryBuilder {
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
  return newest(ended, filter, limit, 'ended.last_id');
}
