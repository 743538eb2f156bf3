import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { findUserNames } from '../../../users/user-store.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { render } from '../../../web/render.ts';
import { actionOf } from '../../actions/bulk-subjects.ts';
import { type BulkOperation, phaseOf } from '../../bulk-operation.ts';
import { findUnderWay } from '../../bulk-operation-store.ts';
import { progressPage } from './bulk-operation-page.ts';

/** How far it has come: asked again and again by a script, or by whoever loads the page anew. */
export async function showProgress(
  app: AppContext,
  req: Request,
  res: Response,
  operation: BulkOperation,
): Promise<void> {
  const db = app.db.read;
  const { createdBy } = operation;
  const page = progressPage(operation, await actionOf(db, operation, [], formatOf(req)), {
    now: app.clock(),
    viewer: req.viewer!,
    isFirst: (await findUnderWay(db)).find((one) => phaseOf(one) === 'running')?.id === operation.id,
    stretch: app.operations.stretchOf(operation),
    creator: (await findUserNames(db, [createdBy])).get(createdBy ?? 0),
  });
  const fragments = { 'dialog-body': 'bulk-operations/_progress', progress: 'bulk-operations/_progress' };
  render(req, res, 'bulk-operations/progress', page, { fragments });
}
