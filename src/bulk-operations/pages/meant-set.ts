import { parse } from 'node:querystring';
import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { typedFields } from '../../forms/form.ts';
import { selectGroups } from '../../groups/group-list.ts';
import { groupsPath, readGroupQuery } from '../../groups/group-list-query.ts';
import { selectForView } from '../../users/list/user-list.ts';
import { listPath, readListQuery } from '../../users/list/user-list-query.ts';
import { stateLimits } from '../../users/user-state.ts';
import { Malformed } from '../../verbs/refusals.ts';
import { safePath } from '../../web/safe-path.ts';
import { inverseOf } from '../actions/bulk-subjects.ts';
import type { BulkOperation, SubjectType } from '../bulk-operation.ts';
import * as store from '../bulk-operation-store.ts';

type Meant = Pick<store.Draft, 'ids' | 'view' | 'undoes'>;

/** Whom the form means: all of a view, or those ticked. */
export async function meantBy(app: AppContext, req: Request, subjectType: SubjectType): Promise<Meant> {
  const typed = typedFields(req.body, ['scope', 'view', 'shown', 'change'], ['ids']);
  if (typed.scope === 'all') {
    const view = safePath(typed.view);
    const selection = view && (await selectedBy(app, req, view, subjectType));
    // Never a guess: a view that cannot be read must not come to mean everybody.
    if (!selection) throw new Malformed('It is not said which view is meant.');
    const shown = { shown: wholeNumber(typed.shown), shownChange: wholeNumber(typed.change) };
    return { ids: selection.ids, view: { view, ...shown, frozenChange: selection.change } };
  }
  const ids = await store.findKnownIds(app.db.read, subjectType, ticked([typed.ids].flat()));
  const view = safePath(typed.view) ?? null;
  return { ids, view: { view, shown: null, shownChange: null, frozenChange: null } };
}

/** Ticks outlive filters: how many of those ticked the list did not show, on whatever page, when the button was pressed. */
export async function countOutside(
  app: AppContext,
  req: Request,
  { subjectType, view, shown }: BulkOperation,
  ids: number[],
): Promise<number> {
  const selection = view !== null && shown === null ? await selectedBy(app, req, view, subjectType) : undefined;
  if (!selection) return 0;
  const selected = new Set(selection.ids);
  return ids.filter((id) => !selected.has(id)).length;
}

/** From a report, those whom it changed, to be taken back; from a sheet, those whom it was to change, for something else. */
export async function ofEarlier({ db }: AppContext, earlier: BulkOperation, action: string): Promise<Meant> {
  const items = await store.findItems(db.read, earlier);
  const isTakenBack = earlier.executedAt !== null;
  if (isTakenBack && inverseOf(earlier, items)?.name !== action)
    throw new Malformed('What was done is not taken back by that.');
  const ids = items.filter((item) => item.outcome !== 'left out').map((item) => item.id);
  return { ids, undoes: isTakenBack ? earlier.id : undefined };
}

/** All that a view shows; undefined for an address that is not exactly that of a view. */
async function selectedBy(app: AppContext, req: Request, view: string, subjectType: SubjectType) {
  const source = parse(view.split('?')[1] ?? '');
  if (subjectType === 'group') {
    const query = readGroupQuery(source);
    if (groupsPath(query) !== view) return undefined;
    return { ids: await selectGroups(app, query), change: null };
  }
  const query = readListQuery(source);
  if (listPath(query) !== view) return undefined;
  return selectForView(app.db.read, app.index, { query, limits: stateLimits(app), viewer: req.viewer! });
}

/** One by one, as boxes send them, or many in one field: a form holds only so many fields. */
function ticked(given: string[]): number[] {
  const texts = given.flatMap((text) => text.split(',')).filter((text) => /^[1-9]\d{0,14}$/.test(text));
  return [...new Set(texts.map(Number))].filter((id) => Number.isSafeInteger(id));
}

function wholeNumber(text: string | string[]): number {
  return /^\d{1,15}$/.test(String(text)) ? Number(text) : 0;
}
