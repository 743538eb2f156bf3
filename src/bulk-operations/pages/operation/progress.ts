import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { instant } from '../../../clock.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { render } from '../../../web/render.ts';
import { actionOf, maySteer } from '../../actions/bulk-subjects.ts';
import { isAbandoned } from '../../actions/pausing.ts';
import { type BulkOperation, phaseOf } from '../../bulk-operation.ts';
import { findUnderWay } from '../../bulk-operation-store.ts';
import { findKept, notYours } from '../../others-operations.ts';
import { findAuthors } from './authors.ts';
import { progressPage, type Steering } from './bulk-operation-page.ts';

/** How far it has come: asked again and again by a script, or by whoever loads the page anew. */
export async function showProgress(
  app: AppContext,
  req: Request,
  res: Response,
  operation: BulkOperation,
): Promise<void> {
  const db = app.db.read;
  const page = progressPage(operation, await actionOf(db, operation, [], formatOf(req)), {
    now: app.clock(),
    steering: await steeringOf(app, req, operation),
    isFirst: (await findUnderWay(db)).find((one) => phaseOf(one) === 'running')?.id === operation.id,
    stretch: app.operations.stretchOf(operation),
    authors: await findAuthors(db, operation),
  });
  const fragments = { 'dialog-body': 'bulk-operations/_progress', progress: 'bulk-operations/_progress' };
  render(req, res, 'bulk-operations/progress', page, { fragments });
}

/** What the viewer may do with it, and why not more. */
async function steeringOf(app: AppContext, req: Request, operation: BulkOperation): Promise<Steering | undefined> {
  const judge = actOf(app, req);
  const phase = phaseOf(operation);
  if (phase === 'draft' || !maySteer(judge.by, operation)) return undefined;
  const db = app.db.read;
  const kept = await findKept(db, judge, operation, { wanted: 'cancel' });
  const next = phase === 'paused' ? 'resume' : 'pause';
  return {
    next: kept && (await findKept(db, judge, operation, { wanted: next })) ? undefined : next,
    mayCancel: kept === undefined,
    whyNot: kept && notYours(operation, kept),
    isAbandoned: await isAbandoned(db, operation, instant(app.clock())),
  };
}
