import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { instant } from '../../../clock.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import type { Judge } from '../../../verbs/action.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { render } from '../../../web/render.ts';
import { actionOf, maySteer } from '../../actions/bulk-subjects.ts';
import { isAbandoned } from '../../actions/pausing.ts';
import { type BulkOperation, isLarge, phaseOf } from '../../bulk-operation.ts';
import { findUnderWay } from '../../bulk-operation-store.ts';
import { findKept, notYours } from '../../others-operations.ts';
import { findAuthors } from './authors.ts';
import { progressPage, type Steering } from './bulk-operation-page.ts';
import { Sparing } from './sparing.ts';

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
  const next = phase === 'paused' ? 'resume' : 'pause';
  const { kept, mayNext } = await decidable(app, judge, operation, next);
  return {
    next: mayNext ? next : undefined,
    mayCancel: kept === undefined,
    whyNot: kept && notYours(operation, kept),
    isAbandoned: await isAbandoned(app.db.read, operation, instant(app.clock())),
  };
}

interface Decidable {
  /** Who keeps the viewer from cancelling it. */
  kept: string | undefined;
  mayNext: boolean;
}

const answers = new WeakMap<AppContext, Sparing<Decidable>>();

/** Of a large operation it may take long to say, and its page asks every second; whoever presses is asked for anew. */
async function decidable(
  app: AppContext,
  judge: Judge,
  operation: BulkOperation,
  next: 'pause' | 'resume',
): Promise<Decidable> {
  const find = async (): Promise<Decidable> => {
    const db = app.db.read;
    const kept = await findKept(db, judge, operation, { wanted: 'cancel' });
    return { kept, mayNext: !kept || (await findKept(db, judge, operation, { wanted: next })) === undefined };
  };
  if (!isLarge(operation)) return find();
  const sparing = answers.get(app) ?? new Sparing<Decidable>();
  answers.set(app, sparing);
  const { id, createdBy, takenOverAt } = operation;
  const { id: viewer, rights } = judge.by;
  return sparing.ask(JSON.stringify([id, createdBy, takenOverAt, next, viewer, rights]), find);
}
