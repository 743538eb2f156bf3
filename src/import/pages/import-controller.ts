import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { executeOperation } from '../../bulk-operations/actions/execution.ts';
import { AT_ONCE } from '../../bulk-operations/bulk-operation.ts';
import { stillSeeing } from '../../contacts/pages/still-seeing.ts';
import type { Transaction } from '../../db/database.ts';
import { type Typed, typedFields } from '../../forms/form.ts';
import { installationMark } from '../../installation/data/installation-mark.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { isId } from '../../text/record-id.ts';
import { Conflict, Forbidden, Malformed, NotFound } from '../../verbs/refusals.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { sendCsv } from '../../web/files/csv.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { importOperation } from '../actions/applying.ts';
import { KINDS } from '../actions/import-kinds.ts';
import { planOn } from '../actions/import-planning.ts';
import { stageFile } from '../actions/staging.ts';
import { IMPORT_KINDS, type ImportKindName } from '../columns.ts';
import { UnreadableFile } from '../encoding.ts';
import type { Import } from '../import.ts';
import { countTicked, tickEmails } from '../import-plan-store.ts';
import { beginPlanning, findImport } from '../import-store.ts';
import { refusedColumns, refusedLines, refusedShape } from '../refused-lines.ts';
import { rememberMeanings } from '../remembered-columns.ts';
import { checkedColumns, showColumns, typedColumns } from './columns-page.ts';
import { showFilePage } from './file-page.ts';
import { gonePartsOf, proposeMissing, showMissing, viewsToCompare } from './missing-page.ts';
import { MOST_SHOWN, markOf, showPlan } from './plan-page.ts';
import { withUpload } from './upload.ts';

/** So long somebody waits for the dry run of a small file, in milliseconds; of a large one they see how far it has come. */
const PATIENCE = 1_500;

/** A file of users or contacts: taken in, its columns told, looked at in a dry run, and then done as an operation. */
export function importController(app: AppContext): Router {
  const router = Router();
  for (const kind of IMPORT_KINDS) {
    const write = requireRight(KINDS[kind].application, 'write');
    const path = `/${kind}/imports`;
    const visible = (req: Request) => visibleImport(app, req, kind);
    const open = (req: Request) => openImport(app, req, kind);

    router.get(`/${kind}/import`, write, (req, res) => showFilePage(app, req, res, { kind }));
    router.post(path, write, (req, res) => takeFile(app, req, res, kind));
    router.get(`${path}/:id`, write, async (req, res) => {
      const one = await visible(req);
      if (one.state === 'read') await showColumns(app, req, res, one);
      else await showPlan(app, req, res, one);
    });
    router.get(`${path}/:id/columns`, write, async (req, res) => showColumns(app, req, res, await open(req)));
    router.post(`${path}/:id/columns`, write, async (req, res) => takeColumns(app, req, res, await open(req)));
    router.post(`${path}/:id/execution`, write, confirmed(app), async (req: Request, res: Response) =>
      execute(app, req, res, await visible(req)),
    );
    router.get(`${path}/:id/refused.csv`, write, confirmed(app), async (req: Request, res: Response) =>
      sendRefused(app, req, res, await visible(req)),
    );
    // Only users sign in by an email, and only they are deactivated.
    if (kind !== 'users') continue;
    router.post(`${path}/:id/emails`, write, async (req, res) => takeTicks(app, req, res, await open(req)));
    router.get(`${path}/:id/missing`, write, async (req, res) => showMissing(app, req, res, await visible(req)));
    router.post(`${path}/:id/missing`, write, async (req, res) => proposeMissing(app, req, res, await visible(req)));
  }
  return router;
}

async function takeFile(app: AppContext, req: Request, res: Response, kind: ImportKindName): Promise<void> {
  const { importMegabytes: megabytes, importLines } = app.config;
  try {
    const id = await withUpload(req, app.config.dataDir, (file) => {
      if (file.isCut) throw new UnreadableFile(`The file is larger than ${megabytes} MB. Import it in parts.`);
      return stageFile(app.db, actOf(app, req), { ...file, kind }, importLines);
    });
    if (id === undefined) return showFilePage(app, req, res, { kind, error: 'Choose a file.' });
    res.redirect(303, `/${kind}/imports/${id}`);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    await showFilePage(app, req, res, { kind, error: error.message });
  }
}

async function takeColumns(app: AppContext, req: Request, res: Response, one: Import): Promise<void> {
  const typed = typedColumns(req.body, one);
  const { values, error } = checkedColumns(typed, one.kind);
  if (!values) return showColumns(app, req, res, one, { typed, error });
  const { viewer } = req;
  const found =
    values.view === '' ? undefined : (await viewsToCompare(app, req)).find(({ key }) => key === values.view);
  if (values.view !== '' && !found) throw new Malformed('There is no such view.');
  const all = found && { name: found.name, path: found.path };
  const gone = all && (await gonePartsOf(app, req, all));
  if (gone) return showColumns(app, req, res, one, { typed, error: gone });
  await app.db.write(async (trx) => {
    const choices = {
      by: values.by,
      meanings: values.meanings,
      all,
      mark: await installationMark(trx),
      zone: formatOf(req).zone,
    };
    if (!(await beginPlanning(trx, one.id, choices))) throw new Conflict('It was imported already.');
    await rememberMeanings(trx, { userId: viewer!.id, kind: one.kind }, one.heads, values.meanings);
  });
  if (one.lines <= AT_ONCE) await planOn(app.db, actOf(app, req), one.id, performance.now() + PATIENCE);
  app.operations.wake();
  res.redirect(303, pathOf(one));
}

async function takeTicks(app: AppContext, req: Request, res: Response, one: Import): Promise<void> {
  const typed = typedFields(req.body, ['seen', 'shown', 'step', 'after'], ['ticked']);
  await app.db.write((trx) => keepTicks(trx, one.id, typed));
  const place = isId(String(typed.after)) ? `&after=${typed.after}` : '';
  res.redirect(303, `${pathOf(one)}?kind=emails${place}`);
}

/** What is ticked among the lines that were shown, or of all. */
function keepTicks(trx: Transaction, id: number, { shown, ticked, step }: Typed): Promise<void> {
  const numbers = (texts: string | string[]) =>
    [texts]
      .flat()
      .flatMap((text) => text.split(','))
      .filter(isId)
      .slice(0, MOST_SHOWN)
      .map(Number);
  const isAll = step === 'all' || step === 'none';
  const ticks = isAll
    ? { shown: 'all' as const, ticked: step === 'all' ? ('all' as const) : [] }
    : { shown: numbers(shown), ticked: numbers(ticked) };
  return tickEmails(trx, id, ticks);
}

async function execute(app: AppContext, req: Request, res: Response, { id, kind }: Import): Promise<void> {
  const path = pathOf({ id, kind });
  const typed = typedFields(req.body, ['seen', 'shown', 'step'], ['ticked']);
  const act = actOf(app, req);
  const became = await app.db.write(async (trx) => {
    const one = await findImport(trx, id);
    if (one.state === 'applied') return undefined;
    if (one.state !== 'planned' || markOf(one, await countTicked(trx, id)) !== typed.seen) return 'otherwise';
    if (typed.shown !== '') await keepTicks(trx, id, typed);
    const operation = await importOperation(trx, act, id);
    return operation && executeOperation(trx, act, operation);
  });
  if (became === 'begun') app.operations.wake();
  const { operationId } = await findImport(app.db.read, id);
  if (operationId !== null) return res.redirect(303, `/bulk-operations/${operationId}`);
  flash(req, became === 'otherwise' ? OTHERWISE : 'There is nothing to be done.');
  res.redirect(303, path);
}

const OTHERWISE = 'It is not what it was when you looked at it, so nothing was done. Look it over again.';

async function sendRefused(app: AppContext, req: Request, res: Response, one: Import): Promise<void> {
  if (one.state !== 'planned' && one.state !== 'applied') throw new NotFound();
  await sendCsv(app, req, res, {
    name: `refused-${one.id}`,
    ...refusedShape(one),
    columns: refusedColumns(one),
    rows: refusedLines(app.db.read, one),
    look: stillSeeing(app, req),
  });
}

function pathOf({ kind, id }: Pick<Import, 'kind' | 'id'>): string {
  return `/${kind}/imports/${id}`;
}

/** A file is its owner's alone, whatever else its report shows to others: it may say what these may not read. */
async function visibleImport(app: AppContext, req: Request, kind: ImportKindName): Promise<Import> {
  const one = await findImport(app.db.read, addressedId(req));
  if (one.createdBy !== req.viewer!.id) throw new Forbidden('There is no such import.', true);
  if (one.kind !== kind || one.state === 'reading') throw new NotFound();
  return one;
}

/** One that can still be told otherwise. */
async function openImport(app: AppContext, req: Request, kind: ImportKindName): Promise<Import> {
  const one = await visibleImport(app, req, kind);
  if (one.state === 'applied') throw new Conflict('It was imported already.');
  return one;
}
