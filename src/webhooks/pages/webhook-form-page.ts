import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { findActions } from '../../audit/event-list.ts';
import { actionWords, KINDS } from '../../audit/pages/event-words.ts';
import type { Reader } from '../../db/database.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { findUserNames } from '../../users/user-store.ts';
import { render } from '../../web/render.ts';
import { mayFollow, type Webhook } from '../webhook.ts';
import { typedWebhook } from '../webhook-form.ts';

interface FormState {
  typed: Typed;
  errors?: Errors;
  /** The webhook that is edited; undefined for a new one. */
  webhook?: Webhook;
  /** What somebody else saved since the form was opened, by field. */
  theirs?: Errors;
  status?: number;
}

/** Whoever may read the audit begins with a webhook of their own. */
export function emptyForm({ viewer }: Request): Typed {
  return { ...typedWebhook({}), which: 'all', user: viewer && mayFollow(viewer) ? viewer.name : '' };
}

/** The form as it stands. */
export async function typedOf(app: AppContext, { name, address, kinds, userId, version }: Webhook): Promise<Typed> {
  const user = (await findUserNames(app.db.read, [userId])).get(userId ?? 0) ?? '';
  return { name, address, which: kinds.length === 0 ? 'all' : 'some', kinds, user, version: String(version) };
}

/** Those that there are, and those that occurred. */
export async function knownKinds(db: Reader): Promise<string[]> {
  return [...new Set([...KINDS, ...(await findActions(db))])].sort();
}

/** New Webhook and Edit: one page, filled from the same fields. */
export async function showForm(app: AppContext, req: Request, res: Response, state: FormState): Promise<void> {
  const { typed, errors = {}, webhook, theirs, status } = state;
  const known = [...new Set([...(await knownKinds(app.db.read)), ...(webhook?.kinds ?? [])])].sort();
  const groups = Map.groupBy(known, (kind) => kind.split('.')[0]);
  const page = {
    title: webhook ? `Edit ${webhook.name}` : 'New Webhook',
    typed,
    errors,
    webhook,
    theirs,
    kinds: [...groups].map(([subject, kinds]) => ({
      subject,
      kinds: kinds.map((kind) => ({ kind, words: actionWords(kind) })),
    })),
    networks: app.config.webhookNetworks,
    readsUsers: may(req.viewer!, 'users', 'read'),
    backPath: webhook ? `/webhooks/${webhook.id}` : '/webhooks',
  };
  render(req, res, 'webhooks/form', page, { status });
}
