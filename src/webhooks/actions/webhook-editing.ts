import { findRights } from '../../access/granted-rights.ts';
import { APPLICATIONS } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import { differences, type Fields, userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { findNewest } from '../../audit/event-feed.ts';
import { DAY, instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors, RefusedFields, StaleVersion } from '../../forms/form.ts';
import { makingRefusal } from '../../tokens/token.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import { findSubject } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict, Forbidden, NotFound } from '../../verbs/refusals.ts';
import {
  deleteDeliveries,
  findDelivery,
  giveUpWaiting,
  hurryWaiting,
  insertDeliveries,
  sendAgain,
} from '../delivery-store.ts';
import { mayFollow, TEST, type Webhook } from '../webhook.ts';
import type { WebhookValues } from '../webhook-form.ts';
import { newNonce, secretOf } from '../webhook-secret.ts';
import * as store from '../webhook-store.ts';

/** So long messages are signed by the secret before as well. */
export const FORMER_SECRET_FOR = DAY;
/** Each of them is looked at every second. */
const MOST = 100;

/** A webhook with its secret, which is told this once. */
export interface MadeWebhook {
  id: number;
  secret: string;
}

/** From now on events are sent there. Throws FieldErrors or Forbidden. */
export async function createWebhook(trx: Transaction, act: Act, values: WebhookValues): Promise<MadeWebhook> {
  requireSettings(act);
  if ((await store.findWebhooks(trx)).length >= MOST)
    throw new Conflict(`There are ${MOST} webhooks, and no more are possible. Delete one that is not needed.`);
  const owner = await ownerOf(trx, act, values.user);
  const nonce = newNonce();
  const kept = { ...values, userId: owner?.id ?? null };
  const more = { nonce, position: await findNewest(trx), createdAt: act.at, createdBy: act.by.id };
  const id = await store.insertWebhook(trx, kept, more);
  await record(trx, act, 'webhook.created', { id, name: values.name }, { after: told(values, owner) });
  // What comes after it was made, and not that it was.
  await store.movePosition(trx, id, await findNewest(trx));
  return { id, secret: secretOf(act.links, id, nonce) };
}

/** Where it goes and what goes there. Throws StaleVersion, FieldErrors or Forbidden. */
export async function updateWebhook(
  trx: Transaction,
  act: Act,
  { id, version }: Pick<Webhook, 'id' | 'version'>,
  values: WebhookValues,
): Promise<void> {
  requireSettings(act);
  const webhook = await store.findWebhook(trx, id);
  if (webhook.version !== version) throw new StaleVersion();
  const owner = await ownerOf(trx, act, values.user);
  const changes = differences(told(webhook, await reference(trx, act, webhook.userId)), told(values, owner));
  if (!changes) return;
  await store.keepWebhook(trx, id, { ...values, userId: owner?.id ?? null });
  await record(trx, act, 'webhook.updated', { id, name: values.name }, changes);
}

/** Another secret; messages are signed by both for a while. */
export async function renewSecret(trx: Transaction, act: Act, id: number): Promise<MadeWebhook> {
  requireSettings(act);
  const webhook = await store.findWebhook(trx, id);
  await requireOwn(trx, act, webhook);
  const nonce = newNonce();
  await store.renewNonce(trx, webhook, nonce, instant(Date.parse(act.at) + FORMER_SECRET_FOR));
  await record(trx, act, 'webhook.secret-renewed', webhook);
  return { id, secret: secretOf(act.links, id, nonce) };
}

/** Nothing is sent there any more. Whether anything was. */
export async function disableWebhook(trx: Transaction, act: Act, id: number): Promise<boolean> {
  requireSettings(act);
  const webhook = await store.findWebhook(trx, id);
  if (!webhook.isEnabled) return false;
  await store.disable(trx, id, '');
  await record(trx, act, 'webhook.disabled', webhook);
  return true;
}

/** From where it stopped, or with what comes from now on. Whether it was not enabled. */
export async function enableWebhook(trx: Transaction, act: Act, id: number, from: 'stop' | 'now'): Promise<boolean> {
  requireSettings(act);
  const webhook = await store.findWebhook(trx, id);
  if (webhook.isEnabled) return false;
  await requireOwn(trx, act, webhook);
  await store.enable(trx, id);
  await record(trx, act, 'webhook.enabled', webhook);
  if (from === 'stop') await hurryWaiting(trx, id, act.at);
  else {
    await giveUpWaiting(trx, id, act.at, 'It was left out when the webhook was enabled again.');
    await store.movePosition(trx, id, await findNewest(trx));
  }
  return true;
}

export async function deleteWebhook(trx: Transaction, act: Act, id: number): Promise<void> {
  requireSettings(act);
  const webhook = await store.findWebhook(trx, id);
  const owner = await reference(trx, act, webhook.userId);
  await deleteDeliveries(trx, id);
  await store.deleteWebhook(trx, id);
  await record(trx, act, 'webhook.deleted', webhook, { before: told(webhook, owner) });
}

/** Sends a message that is about nothing. */
export async function testWebhook(trx: Transaction, act: Act, id: number): Promise<void> {
  const webhook = await requireEnabled(trx, act, id);
  await insertDeliveries(trx, id, [{ id: null, kind: TEST }], act.at);
  await record(trx, act, 'webhook.tested', webhook);
}

/** Sends once more what arrived or did not, under the same number. Throws NotFound, or Conflict where it waits already. */
export async function replayDelivery(trx: Transaction, act: Act, id: number, deliveryId: number): Promise<void> {
  const webhook = await requireEnabled(trx, act, id);
  const delivery = await findDelivery(trx, id, deliveryId);
  if (!delivery) throw new NotFound('There is no such delivery.');
  if (delivery.nextAt !== null) throw new Conflict('It is on its way, or is tried again later.');
  await sendAgain(trx, deliveryId, act.at);
  await record(trx, act, 'webhook.replayed', webhook, { after: { key: delivery.messageId } });
}

async function requireEnabled(trx: Transaction, act: Act, id: number): Promise<Webhook> {
  requireSettings(act);
  const webhook = await store.findWebhook(trx, id);
  if (!webhook.isEnabled) throw new Conflict(`The webhook ${webhook.name} is disabled. Enable it first.`);
  return webhook;
}

interface Owner {
  id: number;
  name: string;
}

/**
 * Whoever says where it goes reads what its owner may: of people it is themself alone, of programs whoever could be shown a link of theirs,
 * as with tokens. Undefined for nobody. Throws FieldErrors.
 */
async function ownerOf(trx: Transaction, act: Act, typed: string): Promise<Owner | undefined> {
  if (typed === '') return undefined;
  const user = await findUserByIdentifier(trx, typed);
  // Before anything is said of them: the answer must not tell who exists, nor what they are called.
  if (user?.id !== act.by.id && !may(act.by, 'users', 'read')) throw new RefusedFields({ user: OTHERS_REFUSED });
  if (!user) throw new FieldErrors({ user: 'There is no such user.' });
  const subject = await findSubject(trx, user.id, minuteOf(act.at));
  const refusal = makingRefusal(act.by, subject);
  if (refusal?.kind === 'forbidden') throw new RefusedFields({ user: ownersRefused(subject.name) });
  if (refusal) throw new FieldErrors({ user: `${subject.name} ${refusal.reason}.` });
  const { id, name } = subject;
  if (!mayFollow({ id, name, rights: await findRights(trx, id, minuteOf(act.at)) }))
    throw new FieldErrors({ user: `${name} may not read the audit, and so gets to know of no event.` });
  if (readsLess(act, subject)) throw new RefusedFields({ user: moreRefused(subject.name) });
  return { id, name };
}

/** The same of what is there already. */
async function requireOwn(trx: Transaction, act: Act, { userId }: Webhook): Promise<void> {
  if (userId === null) return;
  const subject = await findSubject(trx, userId, minuteOf(act.at));
  const refusal = makingRefusal(act.by, subject);
  if (refusal?.kind === 'forbidden') throw new Forbidden(ownersRefused(subject.name));
  if (readsLess(act, subject)) throw new Forbidden(moreRefused(subject.name));
  if (refusal) throw new Conflict(`It belongs to ${subject.name}, who ${refusal.reason}. Edit it first.`);
}

/** A program may be let read more one day, and it is sent to where it was sent before (R85). */
function readsLess({ by }: Act, owner: { id: number }): boolean {
  return by.id !== owner.id && !APPLICATIONS.every((application) => may(by, application, 'read'));
}

function moreRefused(name: string): string {
  return `${name} may come to read more than you may: choose yourself or nobody, or ask somebody who reads everything.`;
}

const OTHERS_REFUSED = 'What others may read is not for you to send on: choose yourself, or nobody.';

function ownersRefused(name: string): string {
  return `What ${name} may read is not for you to send on: choose yourself, a program that you may make tokens for, or nobody.`;
}

async function reference(trx: Transaction, act: Act, userId: number | null): Promise<Owner | undefined> {
  return userId === null ? undefined : findSubject(trx, userId, minuteOf(act.at));
}

function told({ name, address, kinds }: Omit<WebhookValues, 'user'>, owner: Owner | undefined) {
  return { name, address, kinds: kinds.length === 0 ? 'all' : kinds, user: owner ? userReference(owner) : null };
}

function requireSettings({ by }: Act): void {
  if (!may(by, 'settings', 'write')) throw new Forbidden('You may not change webhooks.');
}

async function record(
  trx: Transaction,
  act: Act,
  action: string,
  { id, name }: Pick<Webhook, 'id' | 'name'>,
  changes: { before?: Fields; after?: Fields } = {},
): Promise<void> {
  await recordChanges(trx, act, [{ action, subjectType: 'webhook', subjectId: id, subjectName: name, ...changes }]);
}
