import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { typedFields } from '../../forms/form.ts';
import { Malformed } from '../../verbs/refusals.ts';
import { render } from '../../web/render.ts';
import { COLUMNS, type ImportKindName, type Meanings } from '../columns.ts';
import { columnFor, type Import, type ImportChoices, MATCHED_BY, notFoundBy } from '../import.ts';
import { findLines } from '../import-store.ts';
import { rememberedMeanings } from '../remembered-columns.ts';
import { viewsToCompare } from './missing-page.ts';

const EXAMPLES = 3;
const LONGEST_EXAMPLE = 60;

type Typed = Pick<ImportChoices, 'by' | 'meanings'> & {
  /** Which view it is all of, by its key; empty where it is of none. */
  view: string;
};

export function typedColumns(body: unknown, { heads, kind }: Pick<Import, 'heads' | 'kind'>): Typed {
  const { has } = COLUMNS[kind];
  const fields = heads.map((_, n) => `column-${n}`);
  const typed = typedFields(body, ['by', 'view', ...fields]);
  const by = MATCHED_BY.find((one) => one === typed.by);
  if (!by) throw new Malformed('It is not said by what users are found.');
  const meanings = fields.map((field) => {
    const text = String(typed[field]);
    if (text !== '' && !has(text)) throw new Malformed('There is no such column.');
    return has(text) ? text : null;
  });
  return { by, meanings, view: String(typed.view) };
}

/** What was said, or what is wrong with it. */
export function checkedColumns(typed: Typed, kind: ImportKindName): { values?: Typed; error?: string } {
  const { by, meanings } = typed;
  const mistake = COLUMNS[kind].mistakeIn(meanings);
  if (mistake) return { error: mistake };
  const wrong = notFoundBy(by, kind, meanings);
  if (!wrong) return { values: typed };
  const { error, instead } = wrong;
  return { error: `${error}: say which does${instead ? `, or have them found by ${instead}` : ''}.` };
}

/** What each column means: as it was said, or as this person said it last, or as it is called. */
export async function showColumns(
  app: AppContext,
  req: Request,
  res: Response,
  one: Import,
  { typed, error }: { typed?: Typed; error?: string } = {},
): Promise<void> {
  const db = app.db.read;
  const meanings =
    typed?.meanings ??
    one.choices?.meanings ??
    (await rememberedMeanings(db, { userId: req.viewer!.id, kind: one.kind }, one.heads));
  const first = await findLines(db, one.id, 0);
  const views = one.kind === 'users' ? await viewsToCompare(app, req) : [];
  const page = {
    title: `Import ${one.kind}`,
    one,
    errors: error === undefined ? {} : { columns: error },
    by: typed?.by ?? one.choices?.by ?? likelyBy(meanings, one.kind),
    views,
    view: typed?.view ?? views.find(({ path }) => path === one.choices?.all?.path)?.key ?? '',
    meaningsToChoose: COLUMNS[one.kind].choices,
    columns: one.heads.map((head, n) => ({
      n,
      head: head || `Column ${n + 1}`,
      meaning: meanings[n],
      examples: first
        .map(({ cells }) => [cells[n] ?? ''].flat().join('; ').slice(0, LONGEST_EXAMPLE))
        .filter(Boolean)
        .slice(0, EXAMPLES),
    })),
  };
  render(req, res, 'import/columns', page, { status: error === undefined ? 200 : 422 });
}

function likelyBy(meanings: Meanings, kind: ImportKindName): ImportChoices['by'] {
  return meanings.includes(columnFor('email', kind)) || !meanings.includes('name') ? 'email' : 'name';
}
