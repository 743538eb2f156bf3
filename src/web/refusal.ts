import type { Request } from 'express';
import { recordChanges } from '../audit/audit-store.ts';
import { actOf, loggedPath } from './act.ts';
import type { AppContext } from './app-context.ts';
import { type Errors, FieldErrors, RefusedFields } from './form.ts';

/** Writes down that a signed-in person was refused (promise 6). The transaction of what they tried is gone by now. */
export async function recordRefusal(app: AppContext, req: Request, reason: string): Promise<void> {
  try {
    await app.db.write((trx) =>
      recordChanges(trx, { ...actOf(app, req), confirm: undefined }, [
        {
          action: 'request.refused',
          subjectType: 'request',
          subjectId: null,
          subjectName: `${req.method} ${loggedPath(req)}`,
          after: { reason },
        },
      ]),
    );
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
