import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { dayOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { type Errors, typedFields } from '../../forms/form.ts';
import { readIds } from '../../lists/exceptions.ts';
import { counted } from '../../text/text.ts';
import { Malformed } from '../../verbs/refusals.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { safePath } from '../../web/safe-path.ts';
import { type Column, columnsFor, type ExportKind, type Meant } from '../exportable.ts';
import { FILE_FORMATS, type FileFormat } from '../file-format.ts';
import type { ExportSources } from './export-kinds.ts';

type Kind = ExportKind<ExportSources, ContactViewer>;

/** What the form says. */
export interface TypedExport {
  meant: Meant;
  fileFormat: FileFormat;
  columns: string[];
}

/** The page of a list's export: those columns are ticked that the reader's list shows, or all of them. */
export async function showExport(app: AppContext, req: Request, res: Response, kind: Kind): Promise<void> {
  const search = searchOf(req.originalUrl);
  const meant = req.query.ids === undefined ? { view: search } : { ids: readIds([req.query.ids].flat().map(String)) };
  const isAll = req.query.columns === 'all';
  const listed = kind.listedIn?.(search, req.viewer!.user.listColumns);
  const columns = columnsFor(kind, req.viewer!)
    .filter(({ key, isListed }) => isAll || (listed?.includes(key) ?? isListed))
    .map(({ key }) => key);
  await showForm(app, req, res, { kind, typed: { meant, fileFormat: 'csv', columns } });
}

/** What was typed into it. Throws where no form of ours says so: a view that cannot be read must not come to mean everybody. */
export function typedExport(kind: Kind, body: unknown): TypedExport {
  const typed = typedFields(body, ['view', 'ids', 'fileFormat'], ['columns']);
  const fileFormat = FILE_FORMATS.find((one) => one === typed.fileFormat);
  if (!fileFormat) throw new Malformed('There is no such format.');
  return { meant: meantBy(kind, String(typed.view), String(typed.ids)), fileFormat, columns: [typed.columns].flat() };
}

function meantBy(kind: Kind, view: string, ids: string): Meant {
  if (ids !== '') return { ids: readIds([ids]) };
  const path = safePath(view);
  const search = searchOf(path ?? '');
  if (!path || kind.viewPath(search) !== path) throw new Malformed('It is not said which view is meant.');
  return { view: search };
}

function searchOf(path: string): string {
  return path.split('?')[1] ?? '';
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
  const { meant } = typed;
  const viewer = await findContactViewer(app.db.read, req.viewer!, dayOf(app.clock()));
  const isTicked = ({ key }: Column) => typed.columns.includes(key);
  const viewPath = kind.viewPath('view' in meant ? meant.view : '');
  const page = {
    title: `Export ${kind.name}`,
    kind,
    typed,
    errors,
    total: await totalInWords(app, req, viewer, { kind, typed }),
    /** Those that are ticked come first. */
    columns: columnsFor(kind, viewer).toSorted((a, b) => Number(isTicked(b)) - Number(isTicked(a))),
    /** Where the form is sent to. */
    path: `/${kind.name}/export`,
    viewPath,
    ids: 'ids' in meant ? meant.ids.join() : undefined,
    allColumnsPath: allColumnsPath(kind, meant),
  };
  render(req, res, 'export/index', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
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

function allColumnsPath(kind: Kind, meant: Meant): string {
  const search = 'view' in meant ? searchOf(kind.viewPath(meant.view)) : `ids=${meant.ids.join()}`;
  return `/${kind.name}/export?${search}${search ? '&' : ''}columns=all`;
}
