import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { NotFound } from '../../../verbs/refusals.ts';
import { sendCsv } from '../../../web/csv.ts';
import { readable } from '../../actions/bulk-subjects.ts';
import { findParts } from '../../part-store.ts';
import { visibleOperation } from '../visible-operation.ts';
import { findReported, itemFilterOf } from './reported-items.ts';
import { toldItems } from './told-items.ts';

/** What became of each, as a file. */
export async function sendItems(app: AppContext, req: Request, res: Response): Promise<void> {
  const operation = await visibleOperation(app, req);
  if (operation.finishedAt === null) throw new NotFound();
  const parts = readable(req.viewer!, await findParts(app.db.read, operation));
  const filter = { ...itemFilterOf(req), after: undefined, part: undefined };
  const items = await findReported(app, req.viewer!, { parts, filter, limit: Number.MAX_SAFE_INTEGER });
  const isMixed = parts.length > 1;
  sendCsv(res, {
    name: `bulk-operation-${operation.id}`,
    columns: [...(isMixed ? ['Kind'] : []), 'Name', 'System email', 'Outcome', 'Reason', 'Before', 'After'],
    rows: (await toldItems(app, req.viewer!, items)).map((item) => [
      ...(isMixed ? [item.part.subjectType] : []),
      item.name,
      item.email,
      item.outcome,
      item.reason,
      inCell(item.before),
      inCell(item.after),
    ]),
  });
}

function inCell(facts: Record<string, unknown>): string {
  return Object.keys(facts).length === 0 ? '' : JSON.stringify(facts);
}
