import type { Request } from 'express';
import type { Level } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { Forbidden, NotFound } from '../../verbs/refusals.ts';
import { demandRight } from '../../web/guards/authorization.ts';
import { BULK_SUBJECTS } from '../actions/bulk-subjects.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { findOperation } from '../bulk-operation-store.ts';

/** The operation of that number, by the address unless it is given: a draft is its creator's alone; a report is for all who may read what it was done to. */
export async function visibleOperation(
  app: AppContext,
  req: Request,
  level: Level = 'read',
  id = String(req.params.id),
): Promise<BulkOperation> {
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new NotFound();
  const operation = await findOperation(app.db.read, Number(id));
  demandRight(req.viewer!, BULK_SUBJECTS[operation.subjectType].application, level);
  if (operation.executedAt === null && operation.createdBy !== req.viewer!.id)
    throw new Forbidden('There is no such operation.', true);
  return operation;
}
