import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { executeOperation } from '../../bulk-operations/actions/execution.ts';
import { AT_ONCE } from '../../bulk-operations/bulk-operation.ts';
import { type Typed, typedFields } from '../../forms/form.ts';
import { installationMark } from '../../installation/installation-mark.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { Conflict, Forbidden, Malformed, NotFound } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { render } from '../../web/render.ts';
import { importOperation } from '../actions/applying.ts';
import { planOn } from '../actions/import-planning.ts';
import { stageFile } from '../actions/staging.ts';
import { UnreadableFile } from '../encoding.ts';
import type { Import } from '../import.ts';
import { tickEmails } from '../import-plan-store.ts';
import { beginPlanning, findImport } from '../import-store.ts';
import { refusedLines } from '../refused-lines.ts';
import { rememberMeanings } from '../remembered-columns.ts';
import { checkedColumns, showColumns, typedColumns } from './columns-page.ts';
import { proposeMissing, showMissing, viewsToCompare } from './missing-page.ts';
import { countToDo, MOST_SHOWN, showPlan } from './plan-page.ts';
import { withUpload } from './upload.ts';

/** So long somebody waits for the dry run of a small file, in milliseconds; of a large one they see how far it has come. */
const PATIENCE = 1_500;

/** A file of users: taken in, its columns told, looked at in a dry run, and then done as an operation. */
export function importController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('users', 'write');

  router.get('/users/import', write, (req, res) => showForm(app, req, res));
  router.post('/users/imports', write, (req, res) => takeFile(app, req, res));
  router.get('/users/imports/:id', write, async (req, res) => {
    const one = await visibleImport(app, req);
    if (one.state === 'read') await showColumns(app, req, res, one);
    else await showPlan(app, req, res, one);
  });
  router.get('/users/imports/:id/columns', write, async (req, res) =>
    showColumns(app, req, res, await openImport(app, req)),
  );
  router.post('/users/imports/:id/columns', write, (req, res) => takeColumns(app, req, res));
  router.post('/users/imports/:id/emails', write, async (req, res) => {
    const one = await openImport(app, req);
    const { after } = await keepTicks(app, req, one);
    const place = /^[1-9]\d{0,14}$/.test(String(after)) ? `&after=${after}` : '';
    res.redirect(303, `/users/imports/${one.id}?kind=emails${place}`);
  });
  router.post('/users/imports/:id/execution', write, (req, res) => execute(app, req, res));
  router.get('/users/imports/:id/missing', write, async (req, res) =>
    showMissing(app, req, res, await visibleImport(app, req)),
  );
  router.post('/users/imports/:id/missing', write, async (req, res) =>
    proposeMissing(app, req, res, await visibleImport(app, req)),
  );
  router.get('/users/imports/:id/refused.csv', write, (req, res) => sendRefused(app, req, res));

  return router;
}

function showForm(app: AppContext, req: Request, res: Response, error?: string): void {
  const { importMegabytes, importLines } = app.config;
  const page = { title: 'Import users', megabytes: importMegabytes, lines: importLines };
  const errors = error === undefined ? {} : { file: error };
  render(req, res, 'import/new', { ...page, errors }, { status: error === undefined ? 200 : 422 });
}

async function takeFile(app: AppContext, req: Request, res: Response): Promise<void> {
  const { importMegabytes: megabytes, importLines } = app.config;
  try {
    const id = await withUpload(req, app.config.dataDir, (file) => {
      if (file.isCut) throw new UnreadableFile(`The file is larger than ${megabytes} MB. Import it in parts.`);
      return stageFile(app.db, actOf(app, req), file, importLines);
    });
    if (id === undefined) return showForm(app, req, res, 'Choose a file.');
    res.redirect(303, `/users/imports/${id}`);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    showForm(app, req, res, error.message);
  }
}

async function takeColumns(app: AppContext, req: Request, res: Response): Promise<void> {
  const one = await openImport(app, req);
  const typed = typedColumns(req.body, one.heads);
  const { values, error } = checkedColumns(typed);
  if (!values) return showColumns(app, req, res, one, { typed, error });
  const { viewer } = req;
  const found =
    values.view === '' ? undefined : (await viewsToCompare(app, req)).find(({ key }) => key === values.view);
  if (values.view !== '' && !found) throw new Malformed('There is no such view.');
  const all = found && { name: found.name, path: found.path };
  await app.db.write(async (trx) => {
    const choices = { by: values.by, meanings: values.meanings, all, mark: await installationMark(trx) };
    if (!(await beginPlanning(trx, one.id, choices))) throw new Conflict('It was imported already.');
    await rememberMeanings(trx, viewer!.id, one.heads, values.meanings);
  });
  if (one.lines <= AT_ONCE) await planOn(app.db, actOf(app, req), one.id, performance.now() + PATIENCE);
  app.operations.wake();
  res.redirect(303, `/users/imports/${one.id}`);
}

/** What is ticked among the lines that were shown, or of all. */
async function keepTicks(app: AppContext, req: Request, one: Import): Promise<Typed> {
  const typed = typedFields(req.body, ['shown', 'step', 'after', 'todo'], ['ticked']);
  const numbers = (texts: string | string[]) =>
    [texts]
      .flat()
      .flatMap((text) => text.split(','))
      .filter((text) => /^[1-9]\d{0,14}$/.test(text))
      .slice(0, MOST_SHOWN)
      .map(Number);
  const isAll = typed.step === 'all' || typed.step === 'none';
  const ticks = isAll
    ? { shown: 'all' as const, ticked: typed.step === 'all' ? ('all' as const) : [] }
    : { shown: numbers(typed.shown), ticked: numbers(typed.ticked) };
  await app.db.write((trx) => tickEmails(trx, one.id, ticks));
  return typed;
}

async function execute(app: AppContext, req: Request, res: Response): Promise<void> {
  const one = await visibleImport(app, req);
  if (one.state === 'applied') return res.redirect(303, `/bulk-operations/${one.operationId}`);
  const path = `/users/imports/${one.id}`;
  const typed = typedFields(req.body, ['todo', 'shown']);
  if (typed.shown !== '') await keepTicks(app, req, one);
  else if (one.state !== 'planned' || String(await countToDo(app.db.read, one)) !== typed.todo) {
    flash(req, 'It is not what it was when you looked at it, so nothing was done. Look it over again.');
    return res.redirect(303, path);
  }
  const act = actOf(app, req);
  const done = await app.db.write(async (trx) => {
    const operation = await importOperation(trx, act, one.id);
    return operation && { id: operation.id, became: await executeOperation(trx, act, operation) };
  });
  if (!done) {
    flash(req, 'There is nothing to be done.');
    return res.redirect(303, path);
  }
  if (done.became === 'begun') app.operations.wake();
  res.redirect(303, `/bulk-operations/${done.id}`);
}

async function sendRefused(app: AppContext, req: Request, res: Response): Promise<void> {
  const one = await visibleImport(app, req);
  if (one.state !== 'planned' && one.state !== 'applied') throw new NotFound();
  res.attachment(`refused-${one.id}.csv`).type('text/csv; charset=utf-8');
  for await (const text of refusedLines(app.db.read, one)) {
    if (res.destroyed) return;
    if (!res.write(text)) await new Promise((resolve) => res.once('drain', resolve).once('close', resolve));
  }
  res.end();
}

/** A file is its owner's alone until it was imported; then it belongs to the report, for all who may do such things. */
async function visibleImport(app: AppContext, req: Request): Promise<Import> {
  const id = String(req.params.id);
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new NotFound();
  const one = await findImport(app.db.read, Number(id));
  if (one.state !== 'applied' && one.createdBy !== req.viewer!.id)
    throw new Forbidden('There is no such import.', true);
  if (one.state === 'reading') throw new NotFound();
  return one;
}

/** One that can still be told otherwise. */
async function openImport(app: AppContext, req: Request): Promise<Import> {
  const one = await visibleImport(app, req);
  if (one.state === 'applied') throw new Conflict('It was imported already.');
  return one;
}
