import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { BULK_SUBJECTS } from '../../bulk-operations/actions/bulk-subjects.ts';
import { phaseOf } from '../../bulk-operations/bulk-operation.ts';
import { findItemIds } from '../../bulk-operations/bulk-piece-store.ts';
import { visibleOperation } from '../../bulk-operations/pages/operation/visible-operation.ts';
import { minuteOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { type Errors, typedFields } from '../../forms/form.ts';
import { readIds } from '../../lists/exceptions.ts';
import { counted } from '../../text/text.ts';
import { Malformed, NotFound } from '../../verbs/refusals.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { safePath } from '../../web/safe-path.ts';
import { type Column, columnsFor, type ExportKind, type Meant } from '../exportable.ts';
import { FILE_FORMATS, type FileFormat } from '../file-format.ts';
import type { ExportSources } from './export-kinds.ts';

type Kind = ExportKind<ExportSources, ContactViewer>;

/** Which records are meant, and where they were chosen. */
interface Chosen {
  meant: Meant;
  /** The operation that froze them, where a button of the list did. */
  from?: number;
  /** The list as it was then. */
  backPath?: string;
}

/** What the form says. */
export interface TypedExport extends Chosen {
  fileFormat: FileFormat;
  columns: string[];
}

/** The page of a list's export: those columns are ticked that the reader's list shows. */
export async function showExport(app: AppContext, req: Request, res: Response, kind: Kind): Promise<void> {
  const search = searchOf(req.originalUrl);
  const chosen = await chosenIn(app, req, kind, search);
  const listed = kind.listedIn?.(search, req.viewer!.user.listColumns);
  const columns = columnsFor(kind, req.viewer!)
    .filter(({ key, isListed }) => listed?.includes(key) ?? isListed)
    .map(({ key }) => key);
  await showForm(app, req, res, { kind, typed: { ...chosen, fileFormat: 'csv', columns } });
}

async function chosenIn(app: AppContext, req: Request, kind: Kind, search: string): Promise<Chosen> {
  const { ids, chosen } = req.query;
  if (chosen !== undefined) return frozenBy(app, req, kind, String(chosen));
  return { meant: ids === undefined ? { view: search } : { ids: requireIds([ids].flat().map(String)) } };
}

/** The set that was frozen when a button of the list was pressed, for whoever pressed it. */
async function frozenBy(app: AppContext, req: Request, kind: Kind, from: string): Promise<Chosen> {
  const operation = await visibleOperation(app, req, { id: from });
  const isOfKind = BULK_SUBJECTS[operation.subjectType].path === `/${kind.name}`;
  if (phaseOf(operation) !== 'draft' || !isOfKind) throw new NotFound();
  const { id, view } = operation;
  return { meant: { ids: await findItemIds(app.db.read, id) }, from: id, backPath: view ?? undefined };
}

/** Whether it is to tick all columns, and nothing is sent yet. */
export function isTicking({ body }: Request): boolean {
  return body?.step === 'all';
}

/** What was typed into it. Throws where no form of ours says so: a view that cannot be read must not come to mean everybody. */
export async function typedExport(app: AppContext, req: Request, kind: Kind): Promise<TypedExport> {
  const typed = typedFields(req.body, ['view', 'ids', 'chosen', 'fileFormat', 'step'], ['columns']);
  const fileFormat = FILE_FORMATS.find((one) => one === typed.fileFormat);
  if (!fileFormat) throw new Malformed('There is no such format.');
  const meaning = typed.chosen
    ? await frozenBy(app, req, kind, String(typed.chosen))
    : { meant: meantBy(kind, String(typed.view), String(typed.ids)) };
  return { ...meaning, fileFormat, columns: [typed.columns].flat() };
}

function meantBy(kind: Kind, view: string, ids: string): Meant {
  if (ids !== '') return { ids: requireIds([ids]) };
  const path = safePath(view);
  const search = searchOf(path ?? '');
  if (!path || kind.viewPath(search) !== path) throw new Malformed('It is not said which view is meant.');
  return { view: search };
}

/** Throws where nobody is named: they must not come to mean everybody. */
function requireIds(texts: string[]): number[] {
  const ids = readIds(texts);
  if (ids.length === 0) throw new Malformed('It is not said whom to export.');
  return ids;
}

function searchOf(path: string): string {
  return path.split('?')[1] ?? '';
}

/** What of the view nobody knows, a sentence each. */
export function problemsOf(app: AppContext, req: Request, { kind, typed: { meant } }: Form): Promise<string[]> {
  if ('ids' in meant) return Promise.resolve([]);
  return kind.problemsIn(app.db.read, searchOf(kind.viewPath(meant.view)), req.viewer!);
}

interface Form {
  kind: Kind;
  typed: TypedExport;
  errors?: Errors;
}

export async function showForm(
  app: AppContext,
  req: Request,
  res: Response,
  { kind, typed, errors = {} }: Form,
): Promise<void> {
  const { meant, from, backPath } = typed;
  const problems = await problemsOf(app, req, { kind, typed });
  const viewer = await findContactViewer(app.db.read, req.viewer!, minuteOf(app.clock()));
  const isTicked = ({ key }: Column) => typed.columns.includes(key);
  const viewPath = backPath ?? kind.viewPath('view' in meant ? meant.view : '');
  const page = {
    title: `Export ${kind.name}`,
    kind,
    typed,
    errors,
    problems,
    total: problems.length > 0 ? undefined : await totalInWords(app, req, viewer, { kind, typed }),
    /** Those that are ticked come first. */
    columns: columnsFor(kind, viewer).toSorted((a, b) => Number(isTicked(b)) - Number(isTicked(a))),
    /** Where the form is sent to. */
    path: `/${kind.name}/export`,
    viewPath,
    from,
    ids: 'ids' in meant && from === undefined ? meant.ids.join() : undefined,
  };
  render(req, res, 'export/index', page, {
    status: problems.length > 0 || Object.keys(errors).length > 0 ? 422 : 200,
  });
}

async function totalInWords(
  app: AppContext,
  req: Request,
  viewer: ContactViewer,
  { kind, typed: { meant } }: Form,
): Promise<string> {
  if ('ids' in meant) return counted(meant.ids.length, kind.noun);
  const { total, isMore } = await kind.freeze(app, viewer, meant.view, formatOf(req));
  return isMore ? `more than ${counted(total, kind.noun)}` : counted(total, kind.noun);
}
