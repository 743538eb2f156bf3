import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import * as refusals from '../../audit/refusal-store.ts';
import { loggedPath } from '../../web/request-words.ts';
import { actOfCaller, type Caller } from './caller.ts';

/** As it is written down of people (promise 6). The transaction of what was tried is gone by now. */
export async function recordRefusal(app: AppContext, req: Request, caller: Caller, reason: string): Promise<void> {
  const isChange = !['GET', 'HEAD'].includes(req.method);
  const kind = isChange ? 'change' : `look ${req.route?.path ?? ''}`;
  const refusal = { kind, isChange, request: `${req.method} ${loggedPath(req)}`, reason };
  const act = { ...actOfCaller(app, req, caller), by: caller.viewer, confirm: undefined };
  try {
    await app.db.write((trx) => refusals.recordRefusal(trx, act, refusal));
  } catch (cause) {
    // The refusal stands all the same.
    app.logger.error({ err: cause, requestId: req.id, reason }, 'a refusal could not be audited');
  }
}
