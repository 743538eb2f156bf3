import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { DAY, instant } from '../../../clock.ts';
import { stillSeeing } from '../../../contacts/pages/still-seeing.ts';
import { NotFound } from '../../../verbs/refusals.ts';
import { sendCsv } from '../../../web/files/csv.ts';
import { readable } from '../../actions/bulk-subjects.ts';
import type { BulkOperation } from '../../bulk-operation.ts';
import { findParts } from '../../part-store.ts';
import { itemFilterOf, type ReportedItem, reportedInPieces } from '../operation/reported-items.ts';
import { visibleOperation } from '../operation/visible-operation.ts';
import { toldItems } from './told-items.ts';

/** What became of each, as a file. */
export async function sendItems(app: AppContext, req: Request, res: Response): Promise<void> {
  const operation = await visibleOperation(app, req);
  if (operation.finishedAt === null) throw new NotFound();
  const parts = readable(req.viewer!, await findParts(app.db.read, operation));
  const isMixed = parts.length > 1;
  await sendCsv(app, req, res, {
    name: `bulk-operation-${operation.id}`,
    columns: [...(isMixed ? ['Kind'] : []), 'Name', 'System email', 'Outcome', 'Reason', 'Before', 'After'],
    rows: rowsOf(app, req, operation, parts),
    look: stillSeeing(app, req),
  });
}

async function* rowsOf(app: AppContext, req: Request, operation: BulkOperation, parts: BulkOperation[]) {
  const filter = { ...itemFilterOf(req), after: undefined, part: undefined };
  for await (const items of reportedInPieces(app, req.viewer!, parts, filter)) {
    requireKept(app, operation);
    const told = await toldItems(app, req.viewer!, items);
    yield told.map((item) => (parts.length > 1 ? [item.part.subjectType, ...cellsOf(item)] : cellsOf(item)));
  }
  requireKept(app, operation);
}

/** A report that is forgotten while it is read loses one item after the other, and would only look shorter than it was. */
function requireKept({ clock, config }: AppContext, { finishedAt }: BulkOperation): void {
  if (finishedAt! < instant(clock() - config.reportDays * DAY)) throw new NotFound('It is kept no longer.');
}

function cellsOf({ name, email, outcome, reason, before, after }: ReportedItem): string[] {
  return [name, email, outcome, reason, inCell(before), inCell(after)];
}

function inCell(facts: Record<string, unknown>): string {
  return Object.keys(facts).length === 0 ? '' : JSON.stringify(facts);
}
