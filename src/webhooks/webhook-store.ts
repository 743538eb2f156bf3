import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { Webhook } from './webhook.ts';

type Kept = Pick<Webhook, 'name' | 'address' | 'kinds' | 'userId'>;

/** All, by name. */
export async function findWebhooks(db: Reader): Promise<Webhook[]> {
  return (await db('webhooks').orderBy(['name', 'id'])).map(webhookOf);
}

const selectEnabled = prepared<object, Row<'webhooks'>>((db) => db('webhooks').where('is_enabled', true).orderBy('id'));

export async function findEnabled(db: Reader): Promise<Webhook[]> {
  return (await selectEnabled(db, {})).map(webhookOf);
}

/** Those to which nothing arrives, and those that were given up. */
export async function findTroubled(db: Reader): Promise<Webhook[]> {
  const rows = await db('webhooks')
    .where((or) => or.where('is_enabled', true).where('failures', '>', 0))
    .orWhere((or) => or.where('is_enabled', false).whereNot('disabled_why', ''))
    .orderBy(['name', 'id']);
  return rows.map(webhookOf);
}

/** Throws NotFound. */
export async function findWebhook(db: Reader, id: number): Promise<Webhook> {
  const row = await db('webhooks').where({ id }).first();
  if (!row) throw new NotFound('There is no such webhook.');
  return webhookOf(row);
}

/** Returns the id. */
export async function insertWebhook(
  trx: Transaction,
  { name, address, kinds, userId }: Kept,
  more: Pick<Webhook, 'nonce' | 'position' | 'createdAt' | 'createdBy'>,
): Promise<number> {
  const [{ id }] = await trx('webhooks')
    .insert({
      ...columnsOf({ name, address, kinds, userId }),
      nonce: more.nonce,
      position: more.position,
      created_at: more.createdAt,
      created_by: more.createdBy,
    })
    .returning('id');
  return id;
}

/** Forms that were opened before are stale. */
export async function keepWebhook(trx: Transaction, id: number, kept: Kept): Promise<void> {
  await trx('webhooks').where({ id }).update(columnsOf(kept)).increment('version');
}

/** The secret before is good until then. */
export async function renewNonce(
  trx: Transaction,
  { id, nonce: former }: Pick<Webhook, 'id' | 'nonce'>,
  nonce: string,
  formerUntil: Instant,
): Promise<void> {
  await trx('webhooks').where({ id }).update({ nonce, former_nonce: former, former_until: formerUntil });
}

/** As if nothing had failed. */
export async function enable(trx: Transaction, id: number): Promise<void> {
  await trx('webhooks')
    .where({ id })
    .update({ is_enabled: true, disabled_why: '', ...UNTROUBLED });
}

export async function disable(trx: Transaction, id: number, why: string): Promise<void> {
  await trx('webhooks').where({ id }).update({ is_enabled: false, disabled_why: why });
}

/** Before data of earlier comes to life again. */
export async function disableAll(trx: Transaction, why: string): Promise<void> {
  await trx('webhooks').where('is_enabled', true).update({ is_enabled: false, disabled_why: why });
}

/** Up to here every event was looked at. */
export async function movePosition(trx: Transaction, id: number, position: number): Promise<void> {
  await trx('webhooks').where({ id }).update({ position });
}

const UNTROUBLED = { failures: 0, failing_since: null, rests_until: null };

/** Something arrived. */
export async function noteArrival(trx: Transaction, id: number): Promise<void> {
  await trx('webhooks').where({ id }).where('failures', '>', 0).update(UNTROUBLED);
}

/** Nothing did. */
export async function noteFailure(
  trx: Transaction,
  id: number,
  { failures, failingSince, restsUntil }: { failures: number; failingSince: Instant; restsUntil: Instant },
): Promise<void> {
  await trx('webhooks').where({ id }).update({ failures, failing_since: failingSince, rests_until: restsUntil });
}

export async function deleteWebhook(trx: Transaction, id: number): Promise<void> {
  await trx('webhooks').where({ id }).delete();
}

function columnsOf({ name, address, kinds, userId }: Kept) {
  return { name, address, kinds: JSON.stringify(kinds), user_id: userId };
}

function webhookOf(row: Row<'webhooks'>): Webhook {
  return {
    id: row.id,
    name: row.name,
    address: row.address,
    kinds: JSON.parse(row.kinds),
    nonce: row.nonce,
    former: row.former_nonce === null ? null : { nonce: row.former_nonce, until: row.former_until! },
    userId: row.user_id,
    isEnabled: Boolean(row.is_enabled),
    disabledWhy: row.disabled_why,
    position: row.position,
    failures: row.failures,
    failingSince: row.failing_since,
    restsUntil: row.rests_until,
    version: row.version,
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}
