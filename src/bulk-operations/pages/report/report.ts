import type { Request, Response } from 'express';
import { maySeeLinkOf, type Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { minuteOf } from '../../../clock.ts';
import { linesToCopy } from '../../../one-time-links/pages/link-lines.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import { findSubjects, findUserNames } from '../../../users/user-store.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { type Flash, takeFlash } from '../../../web/flash.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { render } from '../../../web/render.ts';
import { actionOf, readable } from '../../actions/bulk-subjects.ts';
import { takingBackOf } from '../../actions/taking-back.ts';
import { countItems, findChangedIds } from '../../bulk-item-store.ts';
import type { BulkOperation } from '../../bulk-operation.ts';
import { findOperation } from '../../bulk-operation-store.ts';
import { findParts } from '../../part-store.ts';
import { findAuthors } from '../operation/authors.ts';
import { ITEMS_SHOWN, reportPage } from '../operation/bulk-operation-page.ts';
import { doneInWords } from '../operation/parts-in-words.ts';
import { findReported, itemFilterOf, seenBy } from '../operation/reported-items.ts';

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
  const parts = readable(viewer, await findParts(db, operation));
  const actions = new Map<number, BulkAction>();
  for (const part of parts) actions.set(part.id, await actionOf(db, part, [], formatOf(req)));
  const action = actions.get(parts[0].id)!;
  const filter = itemFilterOf(req);
  const items = await findReported(app, viewer, { parts, filter, limit: ITEMS_SHOWN + 1 });
  const { mayUndo, takenBackBy } = await takingBackOf(db, operation, action, actOf(app, req));
  const page = reportPage(operation, action, items, {
    parts,
    // What was erased is not told any more.
    wasInWords: ({ part, before }) =>
      before.erased ? 'erased since' : actions.get(part.id)!.was(before, formatOf(req)),
    done: await doneInWords(db, parts, formatOf(req)),
    filter,
    unseen: await countUnseen(app, viewer, operation),
    authors: await findAuthors(db, operation),
    links: await linksToShow(app, shownFlash, { operation, action, viewer }),
    isOwn: operation.createdBy === viewer.id,
    mayUndo,
    takenBack: takenBackBy === null ? undefined : await takerOf(app, takenBackBy),
  });
  // What the heading says already is not said twice.
  const said = shownFlash?.message === page.title ? undefined : shownFlash;
  const fragments = { 'dialog-body': 'bulk-operations/_report', progress: 'bulk-operations/_report' };
  render(req, res, 'bulk-operations/report', { flash: said, ...page }, { fragments });
}

/** The operation that took it back, as far as it is told here. */
async function takerOf({ db }: AppContext, id: number) {
  const { createdBy, executedAt } = await findOperation(db.read, id);
  const creator = (await findUserNames(db.read, [createdBy])).get(createdBy ?? 0) ?? 'command line';
  return { id, executedAt, createdBy, creator };
}

async function countUnseen(app: AppContext, viewer: Viewer, operation: BulkOperation): Promise<number> {
  const seen = await seenBy(app, viewer, operation);
  return seen ? operation.tally.judged - (await countItems(app.db.read, operation, seen)) : 0;
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
