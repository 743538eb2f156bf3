import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { type Errors, FieldErrors, RefusedFields } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { loggedPath } from '../../web/request-words.ts';
import * as store from '../refusal-store.ts';

const LOOKS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Writes down that a signed-in person was refused (promise 6). The transaction of what they tried is gone by now. */
export function recordRefusal(app: AppContext, req: Request, reason: string): Promise<void> {
  return keepRefusal(app, req, { ...actOf(app, req), by: req.viewer! }, reason);
}

/** The same of whoever acts, however they came in. */
export async function keepRefusal(app: AppContext, req: Request, act: store.RefusedAct, reason: string): Promise<void> {
  const isChange = !LOOKS.has(req.method);
  // By the route and not by the address, of which anybody can make up as many as they like.
  const kind = isChange ? 'change' : `look ${req.route?.path ?? ''}`;
  const refusal = { kind, isChange, request: `${req.method} ${loggedPath(req)}`, reason };
  try {
    await app.db.write((trx) => store.recordRefusal(trx, { ...act, confirm: undefined }, refusal));
  } catch (error) {
    // The refusal stands all the same.
    app.logger.error({ err: error, requestId: req.id, reason }, 'a refusal could not be audited');
  }
}

/** Does the work; what a store finds wrong with the fields goes to `failed`, and is written down where it is a refusal. */
export async function unlessFieldErrors(
  app: AppContext,
  req: Request,
  failed: (errors: Errors) => Promise<void> | void,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    if (error instanceof RefusedFields) await recordRefusal(app, req, error.message);
    await failed(error.errors);
  }
}
