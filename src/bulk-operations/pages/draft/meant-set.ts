import type { Request } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { minuteOf } from '../../../clock.ts';
import { CONTACT_CHANGES } from '../../../contacts/contact-index.ts';
import { freezeContacts } from '../../../contacts/contact-list.ts';
import { contactsPath, readContactQuery, sortsFor } from '../../../contacts/contact-list-query.ts';
import { findContactViewer } from '../../../contacts/contact-viewer.ts';
import { findNewestEntry } from '../../../facets/following/feed.ts';
import { typedFields } from '../../../forms/form.ts';
import { selectGroups } from '../../../groups/group-list.ts';
import { groupsPath, readGroupQuery } from '../../../groups/group-list-query.ts';
import { GROUP_CHANGES } from '../../../groups/names/group-names.ts';
import { exceptionsOf, MOST_BY_HAND, readIds } from '../../../lists/exceptions.ts';
import { sourceIn } from '../../../lists/list-query.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import { grouped } from '../../../text/text.ts';
import { type Moved, movedByTime } from '../../../users/list/moved-by-time.ts';
import { listPath, readListQuery } from '../../../users/list/user-list-query.ts';
import { selectForView } from '../../../users/list/view-selection.ts';
import { stateLimits } from '../../../users/user-state.ts';
import { Malformed } from '../../../verbs/refusals.ts';
import { HttpError } from '../../../web/http-error.ts';
import { safePath } from '../../../web/safe-path.ts';
import { actionOf } from '../../actions/bulk-subjects.ts';
import { draftTakingBack, takingBackOf } from '../../actions/taking-back.ts';
import { findKnownIds } from '../../bulk-item-store.ts';
import { type BulkOperation, phaseOf, type SubjectType, UNDO } from '../../bulk-operation.ts';
import type { Draft } from '../../bulk-operation-store.ts';
import { findItemIds } from '../../bulk-piece-store.ts';
import { seenBy } from '../operation/reported-items.ts';

const FROZEN_AT_ONCE = 10_000;

type Meant = Pick<Draft, 'ids' | 'view' | 'undoes'> & Partial<Pick<Draft, 'subjectType' | 'parts'>>;

/** Whom the form means: all of a view but those left out by hand, or those ticked. */
export async function meantBy(app: AppContext, req: Request, subjectType: SubjectType): Promise<Meant> {
  const typed = typedFields(req.body, ['scope', 'view', 'shown', 'change', 'at'], ['ids']);
  if (typed.scope === 'all') {
    const except = new Set(exceptionsIn(req.body));
    const view = safePath(typed.view);
    const selection = view && (await selectedBy(app, req, view, subjectType));
    // Never a guess: a view that cannot be read must not come to mean everybody.
    if (!selection) throw new Malformed('It is not said which view is meant.');
    const shown = {
      shown: wholeNumber(typed.shown),
      shownChange: typed.change === '' ? null : wholeNumber(typed.change),
    };
    const movedByTime = await movedSince(app, req, wholeNumber(typed.at), { view, subjectType });
    const ids = selection.ids.filter((id) => !except.has(id));
    const excepted = selection.ids.length - ids.length;
    return { ids, view: { view, ...shown, movedByTime, frozenChange: selection.change, excepted } };
  }
  const view = safePath(typed.view) ?? null;
  const ticked = atMost(readIds([typed.ids].flat()), 'ticked one by one', safePath(typed.view));
  const ids = await findKnownIds(app.db.read, subjectType, ticked, await seenBy(app, req.viewer!, { subjectType }));
  return { ids, view: { view, shown: null, shownChange: null, frozenChange: null, excepted: null } };
}

/** Who is left out where all of a view are meant: on other pages, and on the page that the form shows, where it says which one that is. */
export function exceptionsIn(body: unknown): number[] {
  const typed = typedFields(body, ['view'], ['ids', 'except', 'listed']);
  const [ids, except, listed] = [typed.ids, typed.except, typed.listed].map((one) => [one].flat());
  return atMost(exceptionsOf({ ids, except, listed }), 'left out of all that match', safePath(typed.view));
}

/** Throws, with a way back, where they are more than one form takes. */
function atMost(ids: number[], done: string, backPath: string | undefined): number[] {
  if (ids.length <= MOST_BY_HAND) return ids;
  const most = `At most ${grouped(MOST_BY_HAND)} can be ${done}`;
  const said = `${most}; these are ${grouped(ids.length)}. Narrow the view by a filter.`;
  throw new HttpError(422, said, backPath);
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

/**
 * From a report, those whom it changed, to be taken back; from a sheet, those whom it was to change, for something else. Undefined where it
 * was taken back meanwhile, and nothing is left of it.
 */
export async function ofEarlier(
  app: AppContext,
  req: Request,
  earlier: BulkOperation,
  action: string,
): Promise<Meant | undefined> {
  const { db } = app;
  if (phaseOf(earlier) === 'draft') {
    if (action === UNDO) throw new Malformed('Nothing was done yet that could be taken back.');
    const { view, shown, shownChange, frozenChange, movedByTime, excepted } = earlier;
    const from = { view, shown, shownChange, frozenChange, movedByTime, excepted };
    return { ids: await findItemIds(db.read, earlier.id), view: from };
  }
  if (action !== UNDO) throw new Malformed('What was done is not taken back by that.');
  const done = await actionOf(db.read, earlier);
  const { mayUndo, takenBackBy } = await takingBackOf(db.read, earlier, done, actOf(app, req));
  if (!mayUndo && takenBackBy !== null) return undefined;
  if (!mayUndo) throw new Malformed('This cannot be taken back.');
  const from = { view: earlier.view, shown: null, shownChange: null, frozenChange: null, excepted: null };
  return { ...(await draftTakingBack(db.read, earlier)), view: from };
}

/** All that a view shows; undefined for an address that is not exactly that of a view. */
async function selectedBy(app: AppContext, req: Request, view: string, subjectType: SubjectType) {
  const source = sourceIn(view.split('?')[1] ?? '');
  if (subjectType === 'group') {
    const query = readGroupQuery(source);
    if (groupsPath(query) !== view) return undefined;
    const ids = await selectGroups(app, query);
    return { ids, change: await findNewestEntry(app.db.read, GROUP_CHANGES) };
  }
  if (subjectType === 'contact') {
    const viewer = await findContactViewer(app.db.read, req.viewer!, minuteOf(app.clock()));
    const query = readContactQuery(source, sortsFor(viewer));
    if (contactsPath(query) !== view) return undefined;
    const frozen = await freezeContacts(app, viewer, query, FROZEN_AT_ONCE);
    const ids: number[] = [];
    for await (const some of frozen.pieces()) ids.push(...some);
    return { ids, change: await findNewestEntry(app.db.read, CONTACT_CHANGES) };
  }
  const query = readListQuery(source);
  if (listPath(query) !== view) return undefined;
  return selectForView(app.db.read, app.index, { query, limits: stateLimits(app), viewer: req.viewer! });
}

/** Who came into the view or left it by time alone since the moment at which it was shown. */
async function movedSince(
  app: AppContext,
  req: Request,
  since: number,
  { view, subjectType }: { view: string; subjectType: SubjectType },
): Promise<Moved | undefined> {
  if (subjectType !== 'user' || since === 0) return undefined;
  const query = readListQuery(sourceIn(view.split('?')[1] ?? ''));
  return movedByTime(app.db.read, app.index, { query, viewer: req.viewer!, since, now: app.clock() });
}

function wholeNumber(text: string | string[]): number {
  return /^\d{1,15}$/.test(String(text)) ? Number(text) : 0;
}
