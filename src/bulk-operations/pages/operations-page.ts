import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { Format } from '../../text/format.ts';
import { idIn } from '../../text/record-id.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { BULK_SUBJECTS, readable } from '../actions/bulk-subjects.ts';
import { type BulkOperation, phaseOf, SUBJECT_TYPES } from '../bulk-operation.ts';
import { findExecuted } from '../bulk-operation-store.ts';
import { findPartsOf } from '../part-store.ts';
import { findTakersBack } from '../taken-back-store.ts';
import { leftOutIn, summed } from '../tally.ts';
import { doneInWords } from './operation/parts-in-words.ts';
import { mayLookAt } from './operation/visible-operation.ts';
import { listScheduled } from './schedule/schedule-page.ts';

const LISTED = 100;

export async function showOperations(app: AppContext, req: Request, res: Response): Promise<void> {
  const types = SUBJECT_TYPES.filter((type) => may(req.viewer!, BULK_SUBJECTS[type].application, 'read'));
  if (types.length === 0) throw new Forbidden('There is nothing at this address.', true);
  const before = idIn(req.query.before);
  const executed = await findExecuted(app.db.read, types, LISTED + 1, before);
  const operations = [];
  const partsOf = await findPartsOf(app.db.read, executed);
  const takers = await findTakersBack(
    app.db.read,
    [...partsOf.values()].flat().map(({ id }) => id),
  );
  for (const operation of executed.slice(0, LISTED).filter((one) => mayLookAt(req.viewer!, one))) {
    const parts = readable(req.viewer!, partsOf.get(operation.id)!);
    operations.push({
      ...operation,
      phase: phaseOf(operation),
      done: await doneBy(app, parts, formatOf(req)),
      takenBack: takenBackInWords(partsOf.get(operation.id)!, takers),
      leftOut: leftOutIn(summed(parts.map(({ tally }) => tally))),
    });
  }
  const olderPath = executed.length > LISTED ? `/bulk-operations?before=${executed[LISTED - 1].id}` : undefined;
  const scheduled = before === undefined ? await listScheduled(app, req, LISTED) : [];
  const newestPath = before === undefined ? undefined : '/bulk-operations';
  render(req, res, 'bulk-operations/index', { title: 'Bulk operations', operations, scheduled, olderPath, newestPath });
}

/** Of what was taken back, whether for all whom it changed. */
function takenBackInWords(parts: BulkOperation[], takers: Map<number, BulkOperation[]>): string | undefined {
  const changedBy = (operations: BulkOperation[]) => operations.reduce((sum, { tally }) => sum + tally.changed, 0);
  const those = parts.flatMap(({ id }) => takers.get(id) ?? []);
  if (changedBy(those) === 0) return undefined;
  return changedBy(those) < changedBy(parts) ? 'partly taken back' : 'taken back';
}

/** An action that there is no more, or whose group is gone, is told by its name. */
async function doneBy({ db }: AppContext, parts: BulkOperation[], words: Format): Promise<string> {
  try {
    return await doneInWords(db.read, parts, words);
  } catch {
    return parts.map(({ action, tally }) => `${action}: ${tally.changed}`).join(', ');
  }
}
