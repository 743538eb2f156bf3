import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Errors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { Conflict, NotFound } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireSignIn } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { fewAtOnce } from '../../web/traffic/few-at-once.ts';
import { askedOf, findBulkAction } from '../actions/bulk-subjects.ts';
import { checkedChoices } from '../actions/checked-choices.ts';
import { type Asked, steerOperation } from '../actions/steering.ts';
import { type BulkOperation, phaseOf } from '../bulk-operation.ts';
import { keepChoices } from '../bulk-operation-store.ts';
import { findSchedule } from '../schedule-store.ts';
import { begin } from './draft/beginning.ts';
import { showQuestions, typedChoices, typedOf } from './draft/choices-page.ts';
import { showDraft } from './draft-page.ts';
import { execute } from './executing.ts';
import { showProgress } from './operation/progress.ts';
import { visibleOperation } from './operation/visible-operation.ts';
import { isTakenOver, isWeightyOperation } from './operation/weighty-operation.ts';
import { showOperations } from './operations-page.ts';
import { sendItems } from './report/items-file.ts';
import { showReport } from './report/report.ts';

/** One action on many: a draft with a sheet that says what it would do, then its progress, then a report. */
export function bulkOperationsController(app: AppContext): Router {
  const router = Router();
  const oneOfFew = fewAtOnce('downloads of reports');

  router.get('/bulk-operations', requireSignIn, (req, res) => showOperations(app, req, res));
  router.post('/bulk-operations', requireSignIn, (req, res) => begin(app, req, res));

  router.get('/bulk-operations/:id', requireSignIn, async (req, res) => {
    const operation = await visibleOperation(app, req);
    const show = {
      draft: showDraft,
      running: showProgress,
      paused: showProgress,
      cancelled: showReport,
      done: showReport,
    };
    await show[phaseOf(operation)](app, req, res, operation);
  });

  router.get('/bulk-operations/:id/choices', requireSignIn, async (req, res) => {
    const operation = await draftOf(app, req);
    const action = asking(operation);
    const kept = takeKept(req);
    const typed = kept ? typedChoices(action, kept) : typedOf(action, operation.choices, formatOf(req));
    await showQuestions(app, req, res, operation, { action, typed });
  });

  router.post('/bulk-operations/:id/choices', requireSignIn, async (req, res) => {
    const operation = await draftOf(app, req);
    const action = asking(operation);
    const typed = typedChoices(action, req.body);
    if (typed.step) return showQuestions(app, req, res, operation, { action, typed });
    const failed = (errors: Errors) => showQuestions(app, req, res, operation, { action, typed, errors });
    await unlessFieldErrors(app, req, failed, async () => {
      const values = await checkedChoices(app.db.read, actOf(app, req), action, typed, formatOf(req));
      await app.db.write((trx) => keepChoices(trx, operation.id, values));
      res.redirect(303, `/bulk-operations/${operation.id}`);
    });
  });

  router.get('/bulk-operations/:id/items.csv', requireSignIn, confirmed(app), (req, res) =>
    oneOfFew(() => sendItems(app, req, res)),
  );

  const weighty = confirmed(app, (req) => isWeightyOperation(app, req));
  router.post('/bulk-operations/:id/execution', requireSignIn, weighty, (req, res) => execute(app, req, res));

  router.post('/bulk-operations/:id/pause', requireSignIn, (req, res) => steer(app, req, res, 'pause'));
  const takingOver = confirmed(app, (req) => isTakenOver(app, req));
  router.delete('/bulk-operations/:id/pause', requireSignIn, takingOver, (req: Request, res: Response) =>
    steer(app, req, res, 'resume'),
  );
  router.post('/bulk-operations/:id/cancellation', requireSignIn, (req, res) => steer(app, req, res, 'cancel'));

  return router;
}

async function draftOf(app: AppContext, req: Request): Promise<BulkOperation> {
  const operation = await visibleOperation(app, req, { acts: true });
  if (phaseOf(operation) !== 'draft' || (await findSchedule(app.db.read, operation.id))) throw new NotFound();
  return operation;
}

function asking({ subjectType, action: name }: BulkOperation) {
  const found = findBulkAction(subjectType, name);
  const action = found && askedOf(found);
  if (!action) throw new NotFound();
  return action;
}

/** Pauses it, goes on, or cancels it; where it has ended meanwhile, that is what the page says. */
async function steer(app: AppContext, req: Request, res: Response, deed: Asked): Promise<void> {
  const operation = await visibleOperation(app, req, { acts: true });
  if (phaseOf(operation) === 'draft') throw new NotFound();
  const steered = app.db.write((trx) => steerOperation(trx, actOf(app, req), operation, deed));
  await steered.catch((error) => {
    if (!(error instanceof Conflict)) throw error;
    flash(req, error.message, { isNothing: true });
  });
  app.operations.wake();
  res.redirect(303, `/bulk-operations/${operation.id}`);
}
