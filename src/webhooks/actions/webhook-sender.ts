import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { mayActByToken } from '../../access/admission.ts';
import { findRights } from '../../access/granted-rights.ts';
import type { Viewer } from '../../access/viewer.ts';
import { findNewest, readStretch } from '../../audit/event-feed.ts';
import { findEventsById } from '../../audit/event-list.ts';
import { type Clock, HOUR, type Instant, instant, minuteOf, SECOND } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import { findUsers } from '../../users/user-store.ts';
import type { ActSettings } from '../../verbs/act.ts';
import { Refused } from '../../verbs/refusals.ts';
import { claimDelivery, countWaiting, insertDeliveries, isDue, markDelivered, postpone } from '../delivery-store.ts';
import { idsOf } from '../ids-of-event.ts';
import { type Posted, post } from '../posting.ts';
import { type Resolve, resolveByName } from '../reachable.ts';
import { type Delivery, endOfOwner, PATIENCE, type Webhook } from '../webhook.ts';
import { signed } from '../webhook-secret.ts';
import { findEnabled, findWebhook, movePosition, noteArrival, noteFailure } from '../webhook-store.ts';
import { disableAndTell } from './webhook-disabling.ts';

export interface WebhookSenderContext {
  db: Database;
  clock: Clock;
  logger: Logger;
  settings: ActSettings;
  /** Networks beside the open internet in which receivers may be. */
  networks: readonly string[];
  /** How the program calls itself. */
  agent: string;
  /** An event as far as somebody may know of it. */
  tell(viewer: Viewer, eventId: number): Promise<object | undefined>;
  resolve?: Resolve;
}

/** How often it looks for what happened, in milliseconds. */
const LOOKS_EVERY = 1_000;
/** In milliseconds. */
const ANSWERS_WITHIN = 10_000;
/** So many wait for one receiver at most; what comes after them waits in the audit. */
const MOST_WAITING = 100;
/** A receiver that failed is left alone for so long, then for twice as long each time, up to the other. */
const FIRST_REST = 5 * SECOND;
const LONGEST_REST = HOUR;
const GONE = 410;

/**
 * Sends events to webhooks, to each one after the other, and to none later because another one is slow. Each webhook knows how far it has come in the audit, so that
 * none is left out and none costs a row before its turn; of several processes one sends.
 */
export class WebhookSender {
  readonly #context: WebhookSenderContext;
  readonly #stopping = new AbortController();
  /** Those that are being sent to, by their ids. */
  readonly #atWork = new Map<number, Promise<void>>();
  #running: Promise<void> | undefined;

  constructor(context: WebhookSenderContext) {
    this.#context = context;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Whatever is on its way breaks off, and is sent again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await Promise.all(this.#atWork.values());
  }

  /** Sends all that is due; resolves when that is done. */
  async round(): Promise<void> {
    await this.#look();
    await Promise.all(this.#atWork.values());
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        this.#context.logger.error({ err: error }, 'what webhooks are to be sent could not be looked up');
      }
      await sleep(LOOKS_EVERY, undefined, { signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const { db } = this.#context;
    const enabled = await findEnabled(db.read);
    if (enabled.length === 0 || !(await db.processes.isChosen('webhooks'))) return;
    const newest = await findNewest(db.read);
    for (const webhook of enabled) {
      if (this.#atWork.has(webhook.id) || this.#rests(webhook)) continue;
      if (webhook.position >= newest && !(await isDue(db.read, webhook.id, this.#now()))) continue;
      const work = this.#workOn(webhook.id).finally(() => this.#atWork.delete(webhook.id));
      this.#atWork.set(webhook.id, work);
    }
  }

  #rests({ restsUntil }: Webhook): boolean {
    if (restsUntil === null) return false;
    const left = Date.parse(restsUntil) - this.#context.clock();
    // No rest is as long: one from further ahead was set by a clock that has been set back since.
    return left > 0 && left <= 2 * LONGEST_REST;
  }

  /** Until nothing is due, or something failed. Never throws. */
  async #workOn(id: number): Promise<void> {
    const { db, logger } = this.#context;
    let delivery: Delivery | undefined;
    try {
      while (!this.#stopping.signal.aborted) {
        const webhook = await findWebhook(db.read, id);
        if (!webhook.isEnabled) return;
        const owner = await this.#ownerOf(webhook);
        if (owner && 'over' in owner) return await this.#disable(webhook, owner.over);
        delivery ??= await db.write((trx) => claimDelivery(trx, id, this.#now()));
        if (delivery) {
          const answered = await this.#send(webhook, owner, delivery);
          // It is sent again when whoever takes over finds that nobody said what became of it.
          if (this.#stopping.signal.aborted && answered.status === null) return;
          if (!hasArrived(answered)) return await this.#failed(webhook, delivery, answered);
          delivery = await this.#arrived(webhook, delivery, answered);
        } else if (!(await this.#plan(webhook))) return;
      }
    } catch (error) {
      // One that was deleted meanwhile is nobody's trouble.
      if (!(error instanceof Refused))
        logger.error({ err: error, webhook: id }, 'a webhook could not go on; the next look tries again');
    }
  }

  /** Makes deliveries of what happened, as far as there is room. Whether there are any, or may be. */
  async #plan({ id, position, kinds }: Webhook): Promise<boolean> {
    const { db } = this.#context;
    const room = MOST_WAITING - (await countWaiting(db.read, id));
    if (room <= 0 || position >= (await findNewest(db.read))) return false;
    const stretch = await readStretch(db.read, { after: position, kinds, limit: room });
    if (!stretch) return false;
    const events = await findEventsById(db.read, stretch.ids);
    const planned = events.toReversed().map(({ id: eventId, action }) => ({ id: eventId, kind: action }));
    await db.write(async (trx) => {
      const now = await findWebhook(trx, id);
      // Somebody else was quicker, or chose other kinds.
      if (now.position !== position || now.kinds.join() !== kinds.join() || !now.isEnabled) return;
      await insertDeliveries(trx, id, planned, this.#now());
      await movePosition(trx, id, stretch.upTo);
    });
    return planned.length > 0 || stretch.isMore;
  }

  async #send(webhook: Webhook, owner: Viewer | undefined, delivery: Delivery): Promise<Posted> {
    const { settings, networks, agent, clock, resolve = resolveByName } = this.#context;
    const body = JSON.stringify(await this.#messageOf(webhook, owner, delivery));
    const { messageId } = delivery;
    return post({
      address: webhook.address,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': agent,
        ...signed(settings.links, webhook, { messageId, body, now: clock() }),
      },
      body,
      networks,
      resolve,
      signal: this.#stopping.signal,
      patience: ANSWERS_WITHIN,
    });
  }

  /** Takes the next at once, in the same transaction. */
  async #arrived({ id }: Webhook, delivery: Delivery, answered: Posted): Promise<Delivery | undefined> {
    return this.#context.db.write(async (trx) => {
      await markDelivered(trx, delivery.id, this.#now(), answered);
      await noteArrival(trx, id);
      return this.#stopping.signal.aborted ? undefined : claimDelivery(trx, id, this.#now());
    });
  }

  async #failed({ id }: Webhook, delivery: Delivery, answered: Posted): Promise<void> {
    const { db, logger, settings, clock } = this.#context;
    const at = this.#now();
    logger.warn({ webhook: id, delivery: delivery.id, attempts: delivery.attempts, ...answered }, 'a webhook failed');
    await db.write(async (trx) => {
      const webhook = await findWebhook(trx, id);
      const failures = webhook.failures + 1;
      const failingSince = webhook.failingSince ?? at;
      const restsUntil = instant(clock() + Math.min(FIRST_REST * 2 ** (failures - 1), LONGEST_REST));
      await noteFailure(trx, id, { failures, failingSince, restsUntil });
      const why = endOf(answered, clock() - Date.parse(failingSince));
      // What does not arrive because nothing does is not given up: it waits until somebody enables the webhook.
      await postpone(trx, delivery, at, { ...answered, waits: why !== undefined });
      if (why) await disableAndTell(trx, { ...settings, at }, webhook, why);
    });
  }

  async #disable(webhook: Webhook, why: string): Promise<void> {
    const { db, settings } = this.#context;
    await db.write((trx) => disableAndTell(trx, { ...settings, at: this.#now() }, webhook, why));
  }

  /** With what they may do now; undefined for nobody's. */
  async #ownerOf({ userId }: Webhook): Promise<Viewer | { over: string } | undefined> {
    if (userId === null) return undefined;
    const { db, clock } = this.#context;
    const now = minuteOf(clock());
    const [user] = await findUsers(db.read, [userId]);
    const standing = mayActByToken(user, now)
      ? { id: userId, name: user.name, rights: await findRights(db.read, userId, now) }
      : undefined;
    const over = endOfOwner(user, standing);
    return over === undefined ? standing : { over };
  }

  async #messageOf(webhook: Webhook, owner: Viewer | undefined, { kind, eventId, createdAt }: Delivery) {
    if (eventId === null) return { type: kind, timestamp: createdAt, data: { webhook: webhook.id } };
    const [event] = await findEventsById(this.#context.db.read, [eventId]);
    const data = owner ? await this.#context.tell(owner, eventId) : idsOf(event);
    return { type: kind, timestamp: event.at, data };
  }

  #now(): Instant {
    return instant(this.#context.clock());
  }
}

/** Why nothing more is sent there, after so many milliseconds in which nothing arrived. */
function endOf({ status }: Posted, failingFor: number): string | undefined {
  if (status === GONE) return 'it was answered that it is gone (410)';
  return failingFor >= PATIENCE ? 'nothing arrived there for days' : undefined;
}

function hasArrived({ status }: Posted): boolean {
  return status !== null && status >= 200 && status < 300;
}
