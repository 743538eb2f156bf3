import type { Request, Response } from 'express';
import { maySeeLinkOf, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { findContactViewer, whereVisible } from '../../contacts/contact-viewer.ts';
import { linesToCopy } from '../../one-time-links/pages/link-lines.ts';
import { findSubjects, findUserNames } from '../../users/user-store.ts';
import type { BulkAction } from '../../verbs/action.ts';
import { type Flash, takeFlash } from '../../web/flash.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { actionOf } from '../actions/bulk-subjects.ts';
import { mayUndo } from '../actions/taking-back.ts';
import { countItems, findChangedIds, findItems, type ItemFilter, type Seen } from '../bulk-item-store.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { ITEMS_SHOWN, reportPage } from './bulk-operation-page.ts';

const LONGEST = 200;

/** What it came to. */
export async function showReport(
  app: AppContext,
  req: Request,
  res: Response,
  operation: BulkOperation,
): Promise<void> {
  const db = app.db.read;
  const viewer = req.viewer!;
  const shownFlash = takeFlash(req);
  const action = await actionOf(db, operation, [], formatOf(req));
  const filter = itemFilterOf(req);
  const seen = await seenBy(app, viewer, operation);
  const items = await findItems(db, operation, { ...filter, seen }, ITEMS_SHOWN + 1);
  const page = reportPage(operation, action, items, {
    filter,
    unseen: seen ? operation.tally.judged - (await countItems(db, operation, seen)) : 0,
    creator: (await findUserNames(db, [operation.createdBy])).get(operation.createdBy ?? 0) ?? 'command line',
    links: await linksToShow(app, shownFlash, { operation, action, viewer }),
    isOwn: operation.createdBy === viewer.id,
    mayUndo: await mayUndo(db, operation, action, viewer),
    format: formatOf(req),
  });
  // What the heading says already is not said twice.
  const said = shownFlash?.message === page.title ? undefined : shownFlash;
  const fragments = { 'dialog-body': 'bulk-operations/_report', progress: 'bulk-operations/_report' };
  render(req, res, 'bulk-operations/report', { flash: said, ...page }, { fragments });
}

/** Of contacts those that the viewer may see; of everything else all. */
export async function seenBy(
  { db, clock }: AppContext,
  viewer: Viewer,
  { subjectType }: Pick<BulkOperation, 'subjectType'>,
): Promise<Seen | undefined> {
  if (subjectType !== 'contact') return undefined;
  const contactViewer = await findContactViewer(db.read, viewer, minuteOf(clock()));
  return (query, table) => whereVisible(query, contactViewer, table);
}

/** Which items the address means. What it says otherwise means all. */
export function itemFilterOf({ query }: Pick<Request, 'query'>): ItemFilter {
  const text = (name: string) => (typeof query[name] === 'string' ? query[name].slice(0, LONGEST) : '');
  const outcome = { changed: 'changed', 'left-out': 'left out' } as const;
  const after = text('after');
  return {
    outcome: Object.hasOwn(outcome, text('outcome')) ? outcome[text('outcome') as keyof typeof outcome] : undefined,
    reason: text('reason') || undefined,
    q: text('q').trim() || undefined,
    after: /^\d{1,15}$/.test(after) ? Number(after) : undefined,
  };
}

/** Right after the execution, to whoever executed it, the new links as lines to copy: name and link. */
async function linksToShow(
  app: AppContext,
  shown: Flash | undefined,
  { operation, action, viewer }: { operation: BulkOperation; action: BulkAction; viewer: Viewer },
): Promise<string[]> {
  const { makes } = action;
  if (!makes || shown?.showLinksOf !== operation.id) return [];
  const ids = await findChangedIds(app.db.read, operation.id);
  // Judged now: meanwhile somebody may have got rights, and a link with them, that are none of the viewer's.
  const subjects = await findSubjects(app.db.read, ids, minuteOf(app.clock()));
  return linesToCopy(
    app,
    makes,
    subjects.filter((subject) => maySeeLinkOf(viewer, subject)),
  );
}
