import { type Request, type Response, Router } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { recordRefusal } from '../../audit/pages/refusal-recording.ts';
import { typedFields } from '../../forms/form.ts';
import { withTicks } from '../../lists/exceptions.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { counted } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import type { Subjected } from '../../verbs/action.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import { Forbidden, Malformed, NotFound } from '../../verbs/refusals.ts';
import { sendCsv } from '../../web/csv.ts';
import { flash } from '../../web/flash.ts';
import { demandRight, requireSignIn } from '../../web/guards/authorization.ts';
import { HttpError } from '../../web/http-error.ts';
import { render } from '../../web/render.ts';
import { safePath } from '../../web/safe-path.ts';
import { actionOf, BULK_SUBJECTS, findBulkAction } from '../actions/bulk-subjects.ts';
import { executeOperation } from '../actions/execution.ts';
import { type BulkOperation, isSubjectType, MOST_AT_ONCE, SUBJECT_TYPES, type SubjectType } from '../bulk-operation.ts';
import * as store from '../bulk-operation-store.ts';
import { exceptionsIn, meantBy, ofEarlier } from './meant-set.ts';
import { showReport } from './report.ts';
import { showSheet } from './sheet.ts';
import { visibleOperation } from './visible-operation.ts';

const LISTED = 100;
const NAMES_IN_AUDIT = 50;

/** One action on many: a draft with a sheet that says what it would do, then a report. */
export function bulkOperationsController(app: AppContext): Router {
  const router = Router();

  router.get('/bulk-operations', requireSignIn, async (req, res) => {
    const types = SUBJECT_TYPES.filter((type) => may(req.viewer!, BULK_SUBJECTS[type].application, 'read'));
    if (types.length === 0) throw new Forbidden('There is nothing at this address.', true);
    const executed = await store.findExecuted(app.db.read, types, LISTED);
    const operations = executed.map((one) => ({ ...one, done: doneBy(one) }));
    render(req, res, 'bulk-operations/index', { title: 'Bulk operations', operations });
  });

  router.post('/bulk-operations', requireSignIn, (req, res) => begin(app, req, res));

  router.get('/bulk-operations/:id', requireSignIn, async (req, res) => {
    const operation = await visibleOperation(app, req);
    if (operation.executedAt === null) await showSheet(app, req, res, operation);
    else await showReport(app, req, res, operation);
  });

  router.get('/bulk-operations/:id/items.csv', requireSignIn, async (req, res) => {
    const operation = await visibleOperation(app, req);
    if (operation.executedAt === null) throw new NotFound();
    sendItems(res, operation, await store.findItems(app.db.read, operation));
  });

  router.post('/bulk-operations/:id/execution', requireSignIn, async (req, res) => {
    const operation = await visibleOperation(app, req, 'write');
    const act = actOf(app, req);
    const outcomes = await app.db.write((trx) => executeOperation(trx, act, operation));
    if (outcomes) await tellOutcomes(app, req, act, operation, outcomes);
    res.redirect(303, `/bulk-operations/${operation.id}`);
  });

  return router;
}

/** Freezes the set that the form means. */
async function begin(app: AppContext, req: Request, res: Response): Promise<void> {
  const { action, view, from, page } = typedFields(req.body, ['action', 'view', 'from', 'page']);
  if (page) return turnPage(req, res, page);
  const earlier = from ? await visibleOperation(app, req, 'read', String(from)) : undefined;
  const subjectType = earlier?.subjectType ?? subjectTypeIn(req.body);
  if (!findBulkAction(subjectType, String(action))) throw new Malformed('There is no such action.');
  const { noun, application } = BULK_SUBJECTS[subjectType];
  demandRight(req.viewer!, application, 'write');
  const set = earlier ? await ofEarlier(app, earlier, String(action)) : await meantBy(app, req, subjectType);
  requireSome(set.ids, noun, safePath(view));
  const draft = { ...set, subjectType, action: String(action) };
  const id = await app.db.write((trx) => store.createDraft(trx, actOf(app, req), draft));
  res.redirect(303, `/bulk-operations/${id}`);
}

/** Without scripts, the form takes what is unticked to another page of the list. */
function turnPage(req: Request, res: Response, page: unknown): void {
  const path = safePath(page);
  if (!path) throw new Malformed('There is no such page.');
  res.redirect(303, withTicks(path, { except: exceptionsIn(req.body) }));
}

function subjectTypeIn(body: unknown): SubjectType {
  const { subject } = typedFields(body, ['subject']);
  const subjectType = subject === '' ? 'user' : String(subject);
  if (!isSubjectType(subjectType)) throw new Malformed('There is no such action.');
  return subjectType;
}

function requireSome(ids: number[], noun: string, back: string | undefined): void {
  if (ids.length === 0) throw new HttpError(422, `Nothing is ticked. Go back and tick the ${noun}s you mean.`, back);
  if (ids.length <= MOST_AT_ONCE) return;
  const most = `At most ${counted(MOST_AT_ONCE, noun)} at once`;
  throw new HttpError(422, `${most}; these are ${counted(ids.length, noun)}. Narrow the view by a filter.`, back);
}

async function tellOutcomes(
  app: AppContext,
  req: Request,
  { channel }: Act,
  operation: BulkOperation,
  outcomes: Outcome<Subjected>[],
): Promise<void> {
  const forbidden = outcomes.filter((outcome) => outcome.refusal?.kind === 'forbidden');
  if (forbidden.length > 0) await recordRefusal(app, req, leftOut(operation, forbidden));
  const changed = outcomes.filter((outcome) => !outcome.refusal).length;
  const action = actionOf(operation);
  const makesLinks = action.makes !== undefined && changed > 0;
  const mailed = makesLinks && channel === 'mail' ? ' The mails are on their way.' : '';
  flash(req, `${action.bulk.done(changed)}${mailed}`, {
    path: `/bulk-operations/${operation.id}`,
    showLinksOf: makesLinks && channel === 'copy' ? operation.id : undefined,
  });
}

function sendItems(res: Response, operation: BulkOperation, items: store.BulkItem[]): void {
  sendCsv(res, {
    name: `bulk-operation-${operation.id}`,
    columns: ['Name', 'System email', 'Outcome', 'Reason', 'Activity before'],
    rows: items.map((item) => [item.name, item.email, item.outcome, item.reason, String(item.before.activity ?? '')]),
  });
}

/** An action that there is no more is told by its name. */
function doneBy({ subjectType, action, changed }: store.ListedOperation): string {
  return findBulkAction(subjectType, action)?.bulk.done(changed) ?? `${action}: ${changed}`;
}

function leftOut(operation: BulkOperation, outcomes: Outcome<Subjected>[]): string {
  const names = outcomes.slice(0, NAMES_IN_AUDIT).map(({ subject, refusal }) => `${subject.name} ${refusal?.reason}`);
  const { noun } = BULK_SUBJECTS[operation.subjectType];
  return `${counted(outcomes.length, noun)} left out: ${names.join('; ')}${outcomes.length > NAMES_IN_AUDIT ? '; …' : ''}`;
}
