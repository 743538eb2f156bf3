import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { findNewest } from '../../audit/event-feed.ts';
import { idIn } from '../../text/record-id.ts';
import { findUserNames } from '../../users/user-store.ts';
import { render } from '../../web/render.ts';
import { countWaiting, findDeliveries, findLastArrivals } from '../delivery-store.ts';
import { type Delivery, TEST, type Webhook } from '../webhook.ts';
import { addressMistake } from '../webhook-form.ts';
import { findWebhooks } from '../webhook-store.ts';

const PER_PAGE = 50;

/** All webhooks, and how they fare. */
export async function showWebhooks(app: AppContext, req: Request, res: Response): Promise<void> {
  const db = app.db.read;
  const webhooks = await findWebhooks(db);
  const owners = await findUserNames(
    db,
    webhooks.map(({ userId }) => userId),
  );
  const arrivals = await findLastArrivals(db);
  render(req, res, 'webhooks/index', {
    title: 'Webhooks',
    mayWrite: may(req.viewer!, 'settings', 'write'),
    webhooks: webhooks.map((webhook) => ({
      ...webhook,
      mistake: addressMistake(webhook.address, app.config.webhookNetworks),
      owner: owners.get(webhook.userId ?? 0),
      lastAt: arrivals.get(webhook.id),
    })),
  });
}

/** One of them, with what was sent there. */
export async function showWebhook(app: AppContext, req: Request, res: Response, webhook: Webhook): Promise<void> {
  const db = app.db.read;
  const { id, userId } = webhook;
  const names = await findUserNames(db, [userId, webhook.createdBy]);
  const deliveries = await findDeliveries(db, id, beforeOf(req), PER_PAGE + 1);
  const shown = deliveries.slice(0, PER_PAGE);
  const last = shown.at(-1);
  render(req, res, 'webhooks/show', {
    title: webhook.name,
    // What is allowed may be another by now than when it was saved.
    webhook: { ...webhook, mistake: addressMistake(webhook.address, app.config.webhookNetworks) },
    mayWrite: may(req.viewer!, 'settings', 'write'),
    names,
    owner: names.get(userId ?? 0),
    // Those that were not looked at yet, of whatever kind.
    behind: Math.max(0, (await findNewest(db)) - webhook.position),
    waiting: await countWaiting(db, id),
    deliveries: shown.map((delivery) => ({ ...delivery, isTest: delivery.kind === TEST, state: stateOf(delivery) })),
    olderPath: deliveries.length > PER_PAGE && last ? `/webhooks/${id}?before=${last.id}` : undefined,
  });
}

function stateOf({ deliveredAt, failedAt, attempts }: Delivery): 'arrived' | 'failed' | 'retried' | 'waiting' {
  if (deliveredAt !== null) return 'arrived';
  if (failedAt !== null) return 'failed';
  return attempts > 0 ? 'retried' : 'waiting';
}

function beforeOf({ query }: Request): number | undefined {
  return idIn(query.before);
}
