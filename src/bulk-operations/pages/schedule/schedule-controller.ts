import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { AppContext } from '../../../app-context.ts';
import { unlessFieldErrors } from '../../../audit/pages/refusal-recording.ts';
import type { Instant } from '../../../clock.ts';
import { checkForm, type Errors, FieldErrors, type Typed, typedFields } from '../../../forms/form.ts';
import { keeping, startBy, type Times } from '../../../forms/moments.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import { confirmed } from '../../../sessions/pages/confirmed.ts';
import { idIn } from '../../../text/record-id.ts';
import { Conflict, NotFound } from '../../../verbs/refusals.ts';
import { flash } from '../../../web/flash.ts';
import { requireSignIn } from '../../../web/guards/authorization.ts';
import { takeKept } from '../../../web/kept-form.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { safePath } from '../../../web/safe-path.ts';
import { isToBeChosen } from '../../actions/bulk-subjects.ts';
import { isSchedulable, scheduleOperation, unschedule } from '../../actions/scheduling.ts';
import { type BulkOperation, phaseOf } from '../../bulk-operation.ts';
import { findSchedule } from '../../schedule-store.ts';
import { visibleOperation } from '../operation/visible-operation.ts';
import { isWeightyOperation, isWeightyToPutOff } from '../operation/weighty-operation.ts';
import { showSchedule, showScheduling } from './schedule-page.ts';

/** A draft that is to be done at another time: scheduled, moved to another one, or cancelled. */
export function scheduleController(app: AppContext): Router {
  const router = Router();
  const weighty = confirmed(
    app,
    async (req) => (await isWeightyOperation(app, req)) || (await isWeightyToPutOff(app, req)),
  );
  const keeping = confirmed(app, (req) => isWeightyToPutOff(app, req));
  router.get('/bulk-operations/:id/schedule/new', requireSignIn, async (req, res) => {
    const operation = await schedulableOf(app, req);
    await showScheduling(app, req, res, operation, { typed: typedFields(takeKept(req) ?? {}, ['dueAt']) });
  });
  router.post('/bulk-operations/:id/schedule', requireSignIn, weighty, (req: Request, res: Response) =>
    schedule(app, req, res),
  );
  router.post('/bulk-operations/:id/schedule/cancellation', requireSignIn, keeping, (req: Request, res: Response) =>
    cancel(app, req, res),
  );
  return router;
}

async function schedule(app: AppContext, req: Request, res: Response): Promise<void> {
  const operation = await schedulableOf(app, req);
  const typed = typedFields(req.body, ['dueAt']);
  const failed = (errors: Errors) => showAgain(app, req, res, operation, typed, errors);
  const known = await findSchedule(app.db.read, operation.id);
  await unlessFieldErrors(app, req, failed, async () => {
    const dueAt = momentIn(typed, keeping(formatOf(req), known?.dueAt));
    await app.db.write((trx) => scheduleOperation(trx, actOf(app, req), operation, dueAt));
    flash(req, `${known ? 'Moved to' : 'It will be done on'} ${formatOf(req).moment(dueAt)}.`, {
      path: `/bulk-operations/${operation.id}`,
    });
    res.redirect(303, `/bulk-operations/${operation.id}`);
  });
}

/** Throws FieldErrors. */
function momentIn(typed: Typed, times: Times): Instant {
  const { values, errors } = checkForm(z.object({ dueAt: startBy(times) }), typed);
  if (errors) throw new FieldErrors(errors);
  if (values.dueAt === null) throw new FieldErrors({ dueAt: 'Say when it is to be done.' });
  return values.dueAt;
}

async function showAgain(
  app: AppContext,
  req: Request,
  res: Response,
  operation: BulkOperation,
  typed: Typed,
  errors: Errors,
): Promise<void> {
  const known = await findSchedule(app.db.read, operation.id);
  if (known) await showSchedule(app, req, res, operation, { schedule: known, typed, errors });
  else await showScheduling(app, req, res, operation, { typed, errors });
}

/** For all of them, or for one alone. */
async function cancel(app: AppContext, req: Request, res: Response): Promise<void> {
  const operation = await draftOf(app, req);
  const { user } = typedFields(req.body, ['user']);
  const userId = idIn(user);
  await app.db.write((trx) => unschedule(trx, actOf(app, req), operation, userId));
  const isLeft = (await findSchedule(app.db.read, operation.id)) !== undefined;
  flash(req, isLeft ? 'They are left out.' : 'It is cancelled, and will not be done.');
  res.redirect(303, isLeft ? `/bulk-operations/${operation.id}` : (safePath(operation.view) ?? '/users'));
}

async function schedulableOf(app: AppContext, req: Request): Promise<BulkOperation> {
  const operation = await draftOf(app, req);
  if (!isSchedulable(operation) || isToBeChosen(operation)) throw new Conflict('It cannot be done later.');
  return operation;
}

async function draftOf(app: AppContext, req: Request): Promise<BulkOperation> {
  const operation = await visibleOperation(app, req, { acts: true });
  if (phaseOf(operation) !== 'draft') throw new NotFound();
  return operation;
}
