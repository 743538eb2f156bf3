import type { Request } from 'express';
import { may, type Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { idIn } from '../../../text/record-id.ts';
import { Forbidden, NotFound } from '../../../verbs/refusals.ts';
import { demandRight } from '../../../web/guards/authorization.ts';
import { BULK_SUBJECTS, readable } from '../../actions/bulk-subjects.ts';
import type { BulkOperation } from '../../bulk-operation.ts';
import type { KeptOperation } from '../../bulk-operation-store.ts';
import { findParts, findWhole } from '../../part-store.ts';
import { findSchedule } from '../../schedule-store.ts';

/**
 * The operation of that number, by the address unless it is given: a draft is its creator's alone; a report, and what is to be done at a
 * moment, is for all who may read whom it is done to. `acts`: whether something is to be done with it.
 */
export async function visibleOperation(
  app: AppContext,
  req: Request,
  { acts = false, id = String(req.params.id) }: { acts?: boolean; id?: string } = {},
): Promise<BulkOperation> {
  const number = idIn(id);
  if (number === undefined) throw new NotFound();
  const viewer = req.viewer!;
  const operation = await findWhole(app.db.read, number);
  const parts = await findParts(app.db.read, operation);
  const isOwn = operation.createdBy === viewer.id;
  // Of what was done to several kinds, everybody sees what they may read; only who may change all of it steers it.
  const [some = operation] = readable(viewer, parts);
  for (const { subjectType } of acts ? parts : [some]) {
    const { application, level } = BULK_SUBJECTS[subjectType];
    demandRight(viewer, application, !acts ? 'read' : isOwn ? level : 'write');
  }
  const isScheduled = (await findSchedule(app.db.read, operation.id)) !== undefined;
  requireVisible(viewer, operation, isScheduled);
  return operation;
}

/** Throws Forbidden for what is nobody else’s to see. */
export function requireVisible(viewer: Viewer, operation: BulkOperation, isScheduled = false): void {
  if (operation.createdBy === viewer.id) return;
  if ((operation.executedAt === null && !isScheduled) || !mayLookAt(viewer, operation))
    throw new Forbidden('There is no such operation.', true);
}

/** How many contacts somebody changed, and in what way, tells of contacts that others may not see (R86): the audit has it as well. */
export function mayLookAt(viewer: Viewer, { subjectType, createdBy }: Omit<KeptOperation, 'id'>): boolean {
  return subjectType !== 'contact' || createdBy === viewer.id || may(viewer, 'audit', 'read');
}
