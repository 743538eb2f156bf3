import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { type Typed, typedFields } from '../../../forms/form.ts';
import { flash } from '../../../web/flash.ts';
import { render } from '../../../web/render.ts';
import { safePath } from '../../../web/safe-path.ts';
import { leadTo } from '../../../web/whole-page.ts';
import { COLUMNS, type ColumnKey, isUsual, keptColumns, USUAL_COLUMNS } from '../../list/user-list-columns.ts';
import { type ListQuery, listPath, readListPath } from '../../list/user-list-query.ts';
import { setListColumns } from '../../user-store.ts';
import { LIST_COLUMNS, NAME_COLUMN } from './list-columns.ts';

/** Which columns the list has, for the view that the address names: those that stand in it now come first, in their order. */
export function showColumnChoice(req: Request, res: Response): void {
  const query = viewIn(req, req.query.view);
  const { columns, columnsGiven } = query;
  const page = {
    title: 'Columns',
    name: NAME_COLUMN.label,
    columns: offered(query).map((key) => ({ key, label: LIST_COLUMNS[key].label, isShown: columns.includes(key) })),
    /** Whether they are those of one view and not the reader's own. */
    isOfView: columnsGiven,
    viewPath: listPath(query),
    mayReset: columnsGiven || !isUsual(columns),
  };
  render(req, res, 'users/columns', page, { fragments: { 'dialog-body': 'users/_columns' } });
}

/** Keeps them for the reader; where the address of the view names columns, it names these from now on and nothing is kept. */
export async function chooseColumns(app: AppContext, req: Request, res: Response): Promise<void> {
  const typed = typedChoice(req.body);
  const before = offered(viewIn(req, typed.view));
  const place = (column: ColumnKey) => {
    const was = before.indexOf(column) + 1;
    const is = Number.parseInt(String(typed[placeOf(column)]), 10) || was;
    // One that is given a place takes it: whichever had it gives way.
    return is + Math.sign(is - was) / 2;
  };
  const ticked = before.filter((column) => typed.column.includes(column));
  const columns = ticked.toSorted((a, b) => place(a) - place(b));
  await keep(app, req, res, { columns, view: typed.view, said: 'The list has the columns that you chose.' });
}

export async function resetColumns(app: AppContext, req: Request, res: Response): Promise<void> {
  const { view } = typedChoice(req.body);
  await keep(app, req, res, { columns: undefined, view, said: 'The list has its usual columns.' });
}

async function keep(
  app: AppContext,
  req: Request,
  res: Response,
  { columns, view, said }: { columns: ColumnKey[] | undefined; view: unknown; said: string },
): Promise<void> {
  const query = viewIn(req, view);
  if (!query.columnsGiven) {
    const isOwn = columns !== undefined && !isUsual(columns);
    await app.db.write((trx) => setListColumns(trx, req.viewer!.id, 'users', isOwn ? columns : undefined));
  }
  flash(req, said);
  leadTo(req, res, listPath(query, { columns: columns ?? USUAL_COLUMNS }));
}

function typedChoice(body: unknown): Typed {
  return typedFields(body, ['view', ...COLUMNS.map(placeOf)], ['column']);
}

/** All of them, those that are shown first. */
function offered({ columns }: ListQuery): ColumnKey[] {
  return [...columns, ...COLUMNS.filter((column) => !columns.includes(column))];
}

/** The view of the list that somebody comes from; the whole list, where that is none. */
function viewIn(req: Request, view: unknown): ListQuery {
  return readListPath(safePath(view) ?? '', { columns: keptColumns(req.viewer!.user.listColumns) });
}

/** Beside each column stands which place it has. */
function placeOf(column: ColumnKey): string {
  return `place-${column}`;
}
