import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { HOUR } from '../../clock.ts';
import type { Errors, FormResult, Typed } from '../../forms/form.ts';
import { staleForm } from '../../forms/stale-form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { idIn } from '../../text/record-id.ts';
import { Malformed } from '../../verbs/refusals.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { render } from '../../web/render.ts';
import { unlessStale } from '../../web/stale-form.ts';
import {
  createWebhook,
  deleteWebhook,
  disableWebhook,
  enableWebhook,
  FORMER_SECRET_FOR,
  type MadeWebhook,
  renewSecret,
  replayDelivery,
  testWebhook,
  updateWebhook,
} from '../actions/webhook-editing.ts';
import type { Webhook } from '../webhook.ts';
import { checkWebhook, lookUpMistake, typedWebhook, type WebhookValues } from '../webhook-form.ts';
import { findWebhook } from '../webhook-store.ts';
import { emptyForm, knownKinds, showForm, typedOf } from './webhook-form-page.ts';
import { showWebhook, showWebhooks } from './webhook-page.ts';

/** Where events are sent as they happen. */
export function webhooksController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('settings', 'read');
  const write = requireRight('settings', 'write');
  // What somebody has sent elsewhere at an open browser is read there for long (R54).
  const asks = confirmed(app);

  router.get('/webhooks', read, (req, res) => showWebhooks(app, req, res));
  router.get('/webhooks/new', write, (req, res) => {
    const kept = takeKept(req);
    return showForm(app, req, res, { typed: kept ? typedWebhook(kept) : emptyForm(req) });
  });
  router.post('/webhooks', write, asks, create);
  router.get('/webhooks/:id', read, async (req: Request, res: Response) =>
    showWebhook(app, req, res, await addressed(req)),
  );
  router.get('/webhooks/:id/edit', write, async (req, res) => {
    const webhook = await addressed(req);
    const kept = takeKept(req);
    await showForm(app, req, res, { typed: kept ? typedWebhook(kept) : await typedOf(app, webhook), webhook });
  });
  router.patch('/webhooks/:id', write, asks, async (req, res) => save(req, res, await addressed(req)));
  router.get('/webhooks/:id/rotation/new', write, async (req, res) => {
    const webhook = await addressed(req);
    render(req, res, 'webhooks/rotation', { title: 'New secret', webhook, hours: FORMER_SECRET_FOR / HOUR });
  });
  router.post('/webhooks/:id/rotation', write, asks, async (req, res) => {
    const webhook = await addressed(req);
    const made = await app.db.write((trx) => renewSecret(trx, actOf(app, req), webhook.id));
    showSecret(req, res, webhook.name, made);
  });
  router.post('/webhooks/:id/disabling', write, async (req, res) => {
    const webhook = await addressed(req);
    const isDone = await app.db.write((trx) => disableWebhook(trx, actOf(app, req), webhook.id));
    leadBack(
      req,
      res,
      webhook,
      isDone ? 'Disabled: nothing is sent there.' : 'Nothing changed: it is disabled already.',
    );
  });
  router.delete('/webhooks/:id/disabling', write, async (req, res) => {
    const webhook = await addressed(req);
    const from = fromOf(req);
    const isDone = await app.db.write((trx) => enableWebhook(trx, actOf(app, req), webhook.id, from));
    leadBack(req, res, webhook, isDone ? 'Enabled.' : 'Nothing changed: it is enabled already.');
  });
  router.post('/webhooks/:id/tests', write, async (req, res) => {
    const webhook = await addressed(req);
    await app.db.write((trx) => testWebhook(trx, actOf(app, req), webhook.id));
    leadBack(req, res, webhook, 'A test is on its way. Reload this page to see what became of it.');
  });
  router.post('/webhooks/:id/deliveries/:handle/replay', write, async (req, res) => {
    const webhook = await addressed(req);
    const id = idIn(req.params.handle) ?? 0;
    await app.db.write((trx) => replayDelivery(trx, actOf(app, req), webhook.id, id));
    leadBack(req, res, webhook, 'It is sent again. Reload this page to see what became of it.');
  });
  router.get('/webhooks/:id/deletion/new', write, async (req, res) => {
    const webhook = await addressed(req);
    render(req, res, 'webhooks/deletion', { title: `Delete ${webhook.name}`, webhook });
  });
  router.post('/webhooks/:id/deletion', write, async (req, res) => {
    const webhook = await addressed(req);
    await app.db.write((trx) => deleteWebhook(trx, actOf(app, req), webhook.id));
    flash(req, `The webhook ${webhook.name} is deleted.`);
    res.redirect(303, '/webhooks');
  });
  return router;

  async function addressed(req: Request): Promise<Webhook> {
    return findWebhook(app.db.read, addressedId(req, 'id', 'There is no such webhook.'));
  }

  async function create(req: Request, res: Response): Promise<void> {
    const typed = typedWebhook(req.body);
    const failed = (errors: Errors) => showForm(app, req, res, { typed, errors, status: 422 });
    const { values, errors } = await checked(typed);
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      const made = await app.db.write((trx) => createWebhook(trx, actOf(app, req), values));
      showSecret(req, res, values.name, made);
    });
  }

  async function save(req: Request, res: Response, webhook: Webhook): Promise<void> {
    const typed = typedWebhook(req.body);
    const failed = (errors: Errors) => showForm(app, req, res, { typed, errors, webhook, status: 422 });
    const { values, errors } = await checked(typed, webhook);
    if (errors) return failed(errors);
    const showConflict = async () => {
      const stale = staleForm(typed, await typedOf(app, await findWebhook(app.db.read, webhook.id)), typedWebhook);
      await showForm(app, req, res, { ...stale, webhook, status: 409 });
    };
    await unlessStale(showConflict, () =>
      unlessFieldErrors(app, req, failed, async () => {
        const { id } = webhook;
        const version = Number(typed.version);
        await app.db.write((trx) => updateWebhook(trx, actOf(app, req), { id, version }, values));
        leadBack(req, res, webhook, 'Saved.');
      }),
    );
  }

  /** A kind that was chosen when there was one stays. */
  async function checked(typed: Typed, webhook?: Webhook): Promise<FormResult<WebhookValues>> {
    const known = [...new Set([...(await knownKinds(app.db.read)), ...(webhook?.kinds ?? [])])].sort();
    const networks = app.config.webhookNetworks;
    const result = checkWebhook(typed, { known, networks });
    const mistake = result.values && (await lookUpMistake(result.values.address, networks));
    return mistake ? { errors: { address: mistake } } : result;
  }

  /** In the answer itself: kept for a page to come, it would stand in the database. */
  function showSecret(req: Request, res: Response, name: string, { id, secret }: MadeWebhook): void {
    render(req, res, 'webhooks/made', { title: 'Secret of the webhook', name, secret, id });
  }
}

function leadBack(req: Request, res: Response, { id }: Webhook, said: string): void {
  flash(req, said);
  res.redirect(303, `/webhooks/${id}`);
}

function fromOf({ body }: Request): 'stop' | 'now' {
  const from: unknown = body?.from;
  if (from !== 'stop' && from !== 'now') throw new Malformed('Choose from where it goes on.');
  return from;
}
