import { randomBytes } from 'node:crypto';
import { DAY, HOUR, type Instant, instant, MINUTE } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { Posted } from './posting.ts';
import { type Delivery, PATIENCE } from './webhook.ts';

/** Longer than an attempt can last: until then nobody else takes it, and after a crash somebody does. */
const CLAIMED_FOR = MINUTE;
const LONGEST_PAUSE = HOUR;
const DELIVERED_KEPT = 7 * DAY;
const FAILED_KEPT = 30 * DAY;

/** What is to be sent to a webhook; an event at most once each. */
export async function insertDeliveries(
  trx: Transaction,
  webhookId: number,
  events: { id: number | null; kind: string }[],
  at: Instant,
): Promise<void> {
  const rows = events.map(({ id, kind }) => ({
    webhook_id: webhookId,
    message_id: `msg_${randomBytes(18).toString('base64url')}`,
    event_id: id,
    kind,
    created_at: at,
    next_at: at,
    try_until: instant(Date.parse(at) + PATIENCE),
  }));
  await bulkInsert(trx, 'webhook_deliveries', rows);
}

/** How many wait, those that are tried again later as well. */
export async function countWaiting(db: Reader, webhookId: number): Promise<number> {
  const found = await db('webhook_deliveries')
    .where('webhook_id', webhookId)
    .whereNotNull('next_at')
    .count('* as waiting')
    .first();
  return Number(found?.waiting);
}

const selectDue = prepared<{ webhookId: number; now: Instant; ahead: Instant }, { id: number }>(
  (db, { webhookId, now, ahead }) =>
    db('webhook_deliveries')
      .where('webhook_id', webhookId)
      // No pause is as long: one from further ahead was set by a clock that has been set back since.
      .where((due) => due.where('next_at', '<=', now).orWhere('next_at', '>', ahead))
      .orderBy(['next_at', 'id'])
      .limit(1)
      .select('id'),
);

async function findDue(db: Reader, webhookId: number, now: Instant): Promise<number | undefined> {
  const ahead = instant(Date.parse(now) + 2 * LONGEST_PAUSE);
  return (await selectDue(db, { webhookId, now, ahead }))[0]?.id;
}

/** Whether anything is due; asked often, so it takes no lock. */
export async function isDue(db: Reader, webhookId: number, now: Instant): Promise<boolean> {
  return (await findDue(db, webhookId, now)) !== undefined;
}

/** Takes what has been due the longest. The attempt is counted before it is made: a crash leads to one more, and to no loss. */
export async function claimDelivery(trx: Transaction, webhookId: number, now: Instant): Promise<Delivery | undefined> {
  const id = await findDue(trx, webhookId, now);
  if (id === undefined) return undefined;
  const claimedUntil = instant(Date.parse(now) + CLAIMED_FOR);
  await trx('webhook_deliveries').where({ id }).update({ next_at: claimedUntil }).increment('attempts');
  return deliveryOf(await trx('webhook_deliveries').where({ id }).first());
}

export async function markDelivered(trx: Transaction, id: number, now: Instant, answered: Posted): Promise<void> {
  await trx('webhook_deliveries')
    .where({ id })
    .update({ ...answered, delivered_at: now, next_at: null });
}

/** It will be tried again: after a minute, then after twice as long each time, up to an hour; when its time is over, it is given up, unless it is to wait. */
export async function postpone(
  trx: Transaction,
  { id, attempts, tryUntil }: Pick<Delivery, 'id' | 'attempts' | 'tryUntil'>,
  now: Instant,
  { waits, ...answered }: Posted & { waits: boolean },
): Promise<void> {
  const pause = Math.min(MINUTE * 2 ** (attempts - 1), LONGEST_PAUSE);
  const next =
    tryUntil <= now && !waits ? { next_at: null, failed_at: now } : { next_at: instant(Date.parse(now) + pause) };
  await trx('webhook_deliveries')
    .where({ id })
    .update({ ...answered, ...next });
}

/** Once more from the beginning, under the same number. */
export async function sendAgain(trx: Transaction, id: number, now: Instant): Promise<void> {
  await trx('webhook_deliveries')
    .where({ id })
    .update({ ...anew(now), delivered_at: null, failed_at: null });
}

/** All that wait are due now. */
export async function hurryWaiting(trx: Transaction, webhookId: number, now: Instant): Promise<void> {
  await waiting(trx, webhookId).update(anew(now));
}

/** None of those that wait is sent any more. */
export async function giveUpWaiting(trx: Transaction, webhookId: number, now: Instant, answer: string): Promise<void> {
  await waiting(trx, webhookId).update({ next_at: null, failed_at: now, answer });
}

export async function deleteDeliveries(trx: Transaction, webhookId: number): Promise<void> {
  await trx('webhook_deliveries').where('webhook_id', webhookId).delete();
}

/** What arrived is forgotten after a week, what did not after a month. */
export async function pruneDeliveries(trx: Transaction, now: number): Promise<void> {
  const over = () => trx('webhook_deliveries').whereNull('next_at');
  await over()
    .whereNotNull('delivered_at')
    .where('created_at', '<', instant(now - DELIVERED_KEPT))
    .delete();
  await over()
    .where('created_at', '<', instant(now - FAILED_KEPT))
    .delete();
}

/** One of a webhook's. */
export async function findDelivery(db: Reader, webhookId: number, id: number): Promise<Delivery | undefined> {
  const row = await db('webhook_deliveries').where({ id, webhook_id: webhookId }).first();
  return row && deliveryOf(row);
}

/** The newest first. */
export async function findDeliveries(
  db: Reader,
  webhookId: number,
  beforeId: number | undefined,
  limit: number,
): Promise<Delivery[]> {
  const query = db('webhook_deliveries').where('webhook_id', webhookId).orderBy('id', 'desc').limit(limit);
  if (beforeId !== undefined) query.where('id', '<', beforeId);
  return (await query).map(deliveryOf);
}

/** When something last arrived, by webhook. */
export async function findLastArrivals(db: Reader): Promise<Map<number, Instant>> {
  const rows: { webhook_id: number; at: Instant }[] = await db('webhook_deliveries')
    .whereNotNull('delivered_at')
    .groupBy('webhook_id')
    .select('webhook_id')
    .max('delivered_at as at');
  return new Map(rows.map(({ webhook_id, at }) => [webhook_id, at]));
}

function waiting(trx: Transaction, webhookId: number) {
  return trx('webhook_deliveries').where('webhook_id', webhookId).whereNotNull('next_at');
}

function anew(now: Instant) {
  return { next_at: now, attempts: 0, try_until: instant(Date.parse(now) + PATIENCE) };
}

function deliveryOf(row: Row<'webhook_deliveries'>): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    messageId: row.message_id,
    eventId: row.event_id,
    kind: row.kind,
    createdAt: row.created_at,
    attempts: row.attempts,
    nextAt: row.next_at,
    tryUntil: row.try_until,
    deliveredAt: row.delivered_at,
    failedAt: row.failed_at,
    status: row.status,
    answer: row.answer,
  };
}
