import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { createDraft } from '../../bulk-operations/bulk-operation-store.ts';
import { typedFields } from '../../forms/form.ts';
import { findVisibleViews } from '../../saved-views/saved-view-store.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { grouped, share } from '../../text/text.ts';
import { DEACTIVATION } from '../../users/actions/deactivation.ts';
import { problemsOfView } from '../../users/list/user-export.ts';
import { readListPath } from '../../users/list/user-list-query.ts';
import { selectForView } from '../../users/list/view-selection.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findUserNames } from '../../users/user-store.ts';
import { Conflict, NotFound } from '../../verbs/refusals.ts';
import { render } from '../../web/render.ts';
import { findMissing, isMuch, isTheirNumber, type Missing } from '../actions/missing-users.ts';
import type { ComparedView, Import } from '../import.ts';

const NAMES_SHOWN = 50;
const ALL_ACTIVE = { key: 'active', name: 'All active users', path: '/users?activity=active' };

/** The views that a file can be said to be all of. */
export async function viewsToCompare(app: AppContext, req: Request): Promise<(ComparedView & { key: string })[]> {
  const views = await findVisibleViews(app.db.read, req.viewer!.id);
  return [ALL_ACTIVE, ...views.map(({ id, name, address }) => ({ key: String(id), name, path: address }))];
}

/** What that view asks for and nothing has: it would come to mean that nobody is missing. */
export async function gonePartsOf(app: AppContext, req: Request, { name, path }: ComparedView): Promise<string> {
  const problems = await problemsOfView(app.db.read, path, req.viewer!);
  return problems.length > 0
    ? `The view ${name} asks for something that there is not. ${problems.slice(0, 5).join(' ')}`
    : '';
}

async function missingIn(app: AppContext, req: Request, one: Import): Promise<Missing & { all: ComparedView }> {
  const all = one.choices?.all;
  if (!all || (one.state !== 'planned' && one.state !== 'applied')) throw new NotFound();
  const gone = await gonePartsOf(app, req, all);
  if (gone) throw new Conflict(gone);
  const query = readListPath(all.path);
  const { ids } = await selectForView(app.db.read, app.index, { query, limits: stateLimits(app), viewer: req.viewer! });
  return { all, ...(await findMissing(app.db.read, actOf(app, req), one, ids)) };
}

/** Who is in the view and not in the file, and what can be done about it. */
export async function showMissing(app: AppContext, req: Request, res: Response, one: Import): Promise<void> {
  await show(app, req, res, one, await missingIn(app, req, one), { number: '' });
}

async function show(
  app: AppContext,
  req: Request,
  res: Response,
  one: Import,
  missing: Missing & { all: ComparedView },
  { number, error }: { number: string; error?: string },
): Promise<void> {
  const shown = await findUserNames(app.db.read, missing.ids.slice(0, NAMES_SHOWN));
  const page = {
    title: 'Who is missing',
    one,
    all: missing.all,
    number: missing.ids.length,
    of: missing.of,
    share: share(missing.ids.length, missing.of),
    isMuch: isMuch(missing),
    names: [...shown].map(([id, name]) => ({ id, name })),
    typed: { number },
    errors: error === undefined ? {} : { number: error },
  };
  render(req, res, 'import/missing', page, { status: error === undefined ? 200 : 422 });
}

/** Proposes them for deactivation: the sheet of that operation says what it would do, and nothing is done before. */
export async function proposeMissing(app: AppContext, req: Request, res: Response, one: Import): Promise<void> {
  const { number } = typedFields(req.body, ['number']);
  const missing = await missingIn(app, req, one);
  const { ids, all } = missing;
  if (ids.length === 0) return res.redirect(303, `/users/imports/${one.id}/missing`);
  if (isMuch(missing) && !isTheirNumber(String(number), missing))
    return show(app, req, res, one, missing, {
      number: String(number),
      error: `Type the number of those who are missing: ${grouped(ids.length)}.`,
    });
  const view = { view: all.path, shown: null, shownChange: null, frozenChange: null, excepted: null };
  const draft = { subjectType: 'user' as const, action: DEACTIVATION.name, ids, view };
  const id = await app.db.write((trx) => createDraft(trx, actOf(app, req), draft));
  res.redirect(303, `/bulk-operations/${id}`);
}
