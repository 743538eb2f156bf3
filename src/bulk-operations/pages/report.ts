import type { Request, Response } from 'express';
import { maySeeLinkOf, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { dayOf } from '../../clock.ts';
import { linesToCopy } from '../../one-time-links/pages/link-lines.ts';
import { findSubjects, findUserNames } from '../../users/user-store.ts';
import { type Flash, takeFlash } from '../../web/flash.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { actionOf } from '../actions/bulk-subjects.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { type BulkItem, findItems } from '../bulk-operation-store.ts';
import { reportPage } from './bulk-operation-page.ts';

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
  const items = await findItems(db, operation);
  const page = reportPage(operation, items, String(req.query.outcome ?? ''), {
    creator: (await findUserNames(db, [operation.createdBy])).get(operation.createdBy),
    links: await linksToShow(app, shownFlash, operation, items, viewer),
    viewer,
    format: formatOf(req),
  });
  // What the heading says already is not said twice.
  const said = shownFlash?.message === page.title ? undefined : shownFlash;
  const fragments = { 'dialog-body': 'bulk-operations/_report' };
  render(req, res, 'bulk-operations/report', { flash: said, ...page }, { fragments });
}

/** Right after the execution, to whoever executed it, the new links as lines to copy: name and link. */
async function linksToShow(
  app: AppContext,
  shown: Flash | undefined,
  operation: BulkOperation,
  items: BulkItem[],
  viewer: Viewer,
): Promise<string[]> {
  const { makes } = actionOf(operation);
  if (!makes || shown?.showLinksOf !== operation.id) return [];
  const ids = items.filter((item) => item.outcome === 'changed').map((item) => item.id);
  // Judged now: meanwhile somebody may have got rights, and a link with them, that are none of the viewer's.
  const subjects = await findSubjects(app.db.read, ids, dayOf(app.clock()));
  return linesToCopy(
    app,
    makes,
    subjects.filter((subject) => maySeeLinkOf(viewer, subject)),
  );
}
