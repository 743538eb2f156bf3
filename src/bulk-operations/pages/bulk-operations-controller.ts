import { type Request, type Response, Router } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { recordRefusal, unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { type Errors, FieldErrors, typedFields } from '../../forms/form.ts';
import { withTicks } from '../../lists/exceptions.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import type { Format } from '../../text/format.ts';
import { counted } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden, Malformed, NotFound } from '../../verbs/refusals.ts';
import { sendCsv } from '../../web/csv.ts';
import { flash, keepAtHand } from '../../web/flash.ts';
import { demandRight, requireSignIn } from '../../web/guards/authorization.ts';
import { HttpError } from '../../web/http-error.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { isHtmx, render } from '../../web/render.ts';
import { safePath } from '../../web/safe-path.ts';
import {
  actionOf,
  askedOf,
  BULK_SUBJECTS,
  draftPathOf,
  findBulkAction,
  isToBeChosen,
  readable,
} from '../actions/bulk-subjects.ts';
import { checkedChoices } from '../actions/checked-choices.ts';
import { executeOperation } from '../actions/execution.ts';
import {
  type BulkOperation,
  EXPORT,
  isLarge,
  isSubjectType,
  phaseOf,
  SUBJECT_TYPES,
  type SubjectType,
  TO_BE_CHOSEN,
  UNDO,
} from '../bulk-operation.ts';
import * as store from '../bulk-operation-store.ts';
import { findParts, findPartsOf } from '../part-store.ts';
import { canBeLater } from '../schedulable.ts';
import { findSchedule } from '../schedule-store.ts';
import { forbiddenInWords, hasForbidden, leftOutIn, summed } from '../tally.ts';
import { showQuestions, typedChoices, typedOf } from './choices-page.ts';
import { exceptionsIn, meantBy, ofEarlier } from './meant-set.ts';
import { doneInWords } from './parts-in-words.ts';
import { showProgress } from './progress.ts';
import { showReport } from './report.ts';
import { findReported, itemFilterOf } from './reported-items.ts';
import { listScheduled, showSchedule } from './schedule-page.ts';
import { showSheet } from './sheet.ts';
import { toldItems } from './told-items.ts';
import { mayLookAt, visibleOperation } from './visible-operation.ts';
import { isWeightyOperation } from './weighty-operation.ts';

const LISTED = 100;

/** One action on many: a draft with a sheet that says what it would do, then its progress, then a report. */
export function bulkOperationsController(app: AppContext): Router {
  const router = Router();

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
    await showQuestions(app, req, res, operation, { action, typed: typedOf(action, operation.choices, formatOf(req)) });
  });

  router.post('/bulk-operations/:id/choices', requireSignIn, async (req, res) => {
    const operation = await draftOf(app, req);
    const action = asking(operation);
    const typed = typedChoices(action, req.body);
    if (typed.step) return showQuestions(app, req, res, operation, { action, typed });
    const failed = (errors: Errors) => showQuestions(app, req, res, operation, { action, typed, errors });
    await unlessFieldErrors(app, req, failed, async () => {
      const values = await checkedChoices(app.db.read, actOf(app, req), action, typed, formatOf(req));
      await app.db.write((trx) => store.keepChoices(trx, operation.id, values));
      res.redirect(303, `/bulk-operations/${operation.id}`);
    });
  });

  router.get('/bulk-operations/:id/items.csv', requireSignIn, confirmed(app), async (req, res) => {
    const operation = await visibleOperation(app, req);
    if (operation.finishedAt === null) throw new NotFound();
    const parts = readable(req.viewer!, await findParts(app.db.read, operation));
    const filter = { ...itemFilterOf(req), after: undefined, part: undefined };
    const items = await findReported(app, req.viewer!, { parts, filter, limit: Number.MAX_SAFE_INTEGER });
    const isMixed = parts.length > 1;
    sendCsv(res, {
      name: `bulk-operation-${operation.id}`,
      columns: [...(isMixed ? ['Kind'] : []), 'Name', 'System email', 'Outcome', 'Reason', 'Before', 'After'],
      rows: (await toldItems(app, req.viewer!, items)).map((item) => [
        ...(isMixed ? [item.part.subjectType] : []),
        item.name,
        item.email,
        item.outcome,
        item.reason,
        inCell(item.before),
        inCell(item.after),
      ]),
    });
  });

  const weighty = confirmed(app, (req) => isWeightyOperation(app, req));
  router.post('/bulk-operations/:id/execution', requireSignIn, weighty, async (req, res) => {
    const operation = await visibleOperation(app, req, { acts: true });
    if (draftPathOf(operation)) throw new Malformed('It is begun on the page on which it is worked on.');
    if (isToBeChosen(operation)) throw new Malformed('It was not said yet what exactly is to be done.');
    const act = actOf(app, req);
    if (operation.action === TO_BE_CHOSEN) throw new Malformed('It was not said yet what is to be done.');
    const action = await actionOf(app.db.read, operation);
    if (isLarge(operation) && action.makes && act.channel === 'copy')
      throw new HttpError(422, 'Links for so many go by mail alone.', `/bulk-operations/${operation.id}`);
    const path = `/bulk-operations/${operation.id}`;
    const became = await app.db
      .write((trx) => executeOperation(trx, act, operation))
      .catch((error) => {
        // What only the database could tell, in the moment between the judgement and the deed.
        if (error instanceof FieldErrors) throw new HttpError(422, error.message, path);
        throw error;
      });
    if (became === 'done') await tellOutcomes(app, req, act, operation.id);
    if (became === 'begun') app.operations.wake();
    res.redirect(303, `/bulk-operations/${operation.id}`);
  });

  router.post('/bulk-operations/:id/pause', requireSignIn, (req, res) =>
    steer(app, req, res, (trx, { id }, at) => store.pauseOperation(trx, id, at, `${req.viewer!.name} paused it`)),
  );
  router.delete('/bulk-operations/:id/pause', requireSignIn, (req, res) =>
    steer(app, req, res, (trx, { id }) => store.resumeOperation(trx, id)),
  );
  router.post('/bulk-operations/:id/cancellation', requireSignIn, (req, res) =>
    steer(app, req, res, (trx, { id }, at) => store.cancelOperation(trx, id, at)),
  );

  return router;
}

async function showOperations(app: AppContext, req: Request, res: Response): Promise<void> {
  const types = SUBJECT_TYPES.filter((type) => may(req.viewer!, BULK_SUBJECTS[type].application, 'read'));
  if (types.length === 0) throw new Forbidden('There is nothing at this address.', true);
  const before = /^[1-9]\d{0,14}$/.test(String(req.query.before)) ? Number(req.query.before) : undefined;
  const executed = await store.findExecuted(app.db.read, types, LISTED + 1, before);
  const operations = [];
  const partsOf = await findPartsOf(app.db.read, executed);
  for (const operation of executed.slice(0, LISTED).filter((one) => mayLookAt(req.viewer!, one))) {
    const parts = readable(req.viewer!, partsOf.get(operation.id)!);
    operations.push({
      ...operation,
      phase: phaseOf(operation),
      done: await doneBy(app, parts, formatOf(req)),
      leftOut: leftOutIn(summed(parts.map(({ tally }) => tally))),
    });
  }
  const olderPath = executed.length > LISTED ? `/bulk-operations?before=${executed[LISTED - 1].id}` : undefined;
  const scheduled = before === undefined ? await listScheduled(app, req, LISTED) : [];
  render(req, res, 'bulk-operations/index', { title: 'Bulk operations', operations, scheduled, olderPath });
}

/** All that can be done to them, to choose from. */
function showActions(req: Request, res: Response, operation: BulkOperation): void {
  const { noun, path, operations } = BULK_SUBJECTS[operation.subjectType];
  const page = {
    title: `What is to be done with ${counted(operation.size, noun)}?`,
    operation,
    actions: [...operations, EXPORTING].toSorted((a, b) => a.label.localeCompare(b.label, 'en')),
    backPath: operation.view ?? path,
  };
  render(req, res, 'bulk-operations/actions', page, { fragments: { 'dialog-body': 'bulk-operations/_actions' } });
}

/** What is done with them by a page of its own. */
const EXPORTING = { name: EXPORT, label: 'Export', icon: 'download', asks: true, isDangerous: false } as const;

async function showDraft(app: AppContext, req: Request, res: Response, operation: BulkOperation): Promise<void> {
  const schedule = await findSchedule(app.db.read, operation.id);
  if (schedule) return showSchedule(app, req, res, operation, { schedule });
  const elsewhere = draftPathOf(operation);
  if (elsewhere) return res.redirect(303, elsewhere);
  if (operation.action === EXPORT)
    return res.redirect(303, `${BULK_SUBJECTS[operation.subjectType].path}/export?chosen=${operation.id}`);
  if (operation.action === TO_BE_CHOSEN) return showActions(req, res, operation);
  const action = isToBeChosen(operation);
  if (action) await showQuestions(app, req, res, operation, { action, typed: typedOf(action, {}, formatOf(req)) });
  else await showSheet(app, req, res, operation);
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

type Steering = (trx: Transaction, operation: BulkOperation, at: string) => Promise<boolean>;

/** Pauses it, goes on, or cancels it; where it has ended meanwhile, that is what the page says. */
async function steer(app: AppContext, req: Request, res: Response, work: Steering): Promise<void> {
  const operation = await visibleOperation(app, req, { acts: true });
  if (phaseOf(operation) === 'draft') throw new NotFound();
  const act = actOf(app, req);
  await app.db.write(async (trx) => {
    await act.confirm?.(trx);
    await work(trx, operation, instant(app.clock()));
  });
  app.operations.wake();
  res.redirect(303, `/bulk-operations/${operation.id}`);
}

/** Freezes the set that the form means. */
async function begin(app: AppContext, req: Request, res: Response): Promise<void> {
  const { action, view, from, page, later } = typedFields(req.body, ['action', 'view', 'from', 'page', 'later']);
  if (page) return turnPage(req, res, page);
  const earlier = from ? await visibleOperation(app, req, { id: String(from) }) : undefined;
  const subjectType = earlier?.subjectType ?? subjectTypeIn(req.body);
  const found = findBulkAction(subjectType, String(action));
  const isKnown = found !== undefined || action === TO_BE_CHOSEN || action === EXPORT;
  if (!isKnown && !(earlier && action === UNDO)) throw new Malformed('There is no such action.');
  const { noun, application, level, path } = BULK_SUBJECTS[subjectType];
  demandRight(req.viewer!, application, action === EXPORT ? 'read' : level);
  const set = earlier
    ? await ofEarlier(app, req.viewer!, earlier, String(action))
    : await meantBy(app, req, subjectType);
  if (set.ids.length === 0)
    throw new HttpError(422, `Nothing is ticked. Go back and tick the ${noun}s you mean.`, safePath(view));
  const draft = { subjectType, action: found?.name ?? String(action), ...set };
  const id = await app.db.write((trx) => store.createDraft(trx, actOf(app, req), draft));
  // Whom it is about was just looked at.
  if (later && canBeLater(draft.action)) return res.redirect(303, `/bulk-operations/${id}/schedule/new`);
  if (action !== EXPORT) return res.redirect(303, `/bulk-operations/${id}`);
  // A page of its own: it does not fit into a dialog.
  const exportPath = `${path}/export?chosen=${id}`;
  if (isHtmx(req)) res.set('HX-Redirect', exportPath).status(204).end();
  else res.redirect(303, exportPath);
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

async function tellOutcomes(app: AppContext, req: Request, { channel }: Act, id: number): Promise<void> {
  const operation = await store.findOperation(app.db.read, id);
  const parts = await findParts(app.db.read, operation);
  for (const part of parts)
    if (hasForbidden(part.tally))
      await recordRefusal(app, req, forbiddenInWords(part.tally, BULK_SUBJECTS[part.subjectType].noun));
  const tally = summed(parts.map((part) => part.tally));
  const action = await actionOf(app.db.read, operation, [], formatOf(req));
  const makesLinks = action.makes !== undefined && tally.changed > 0;
  const mailed = makesLinks && channel === 'mail' ? ' The mails are on their way.' : '';
  const said = await doneInWords(app.db.read, parts, formatOf(req));
  if (tally.changed > 0 && !action.bulk.lasting) keepAtHand(req, { operation: id, said });
  flash(req, `${said}${mailed}`, {
    path: `/bulk-operations/${id}`,
    showLinksOf: makesLinks && channel === 'copy' ? id : undefined,
  });
}

/** An action that there is no more, or whose group is gone, is told by its name. */
async function doneBy({ db }: AppContext, parts: BulkOperation[], words: Format): Promise<string> {
  try {
    return await doneInWords(db.read, parts, words);
  } catch {
    return parts.map(({ action, tally }) => `${action}: ${tally.changed}`).join(', ');
  }
}

function inCell(facts: Record<string, unknown>): string {
  return Object.keys(facts).length === 0 ? '' : JSON.stringify(facts);
}
