import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { sortedByName } from '../../text/sort-key.ts';
import { counted } from '../../text/text.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { BULK_SUBJECTS, draftPathOf, isToBeChosen } from '../actions/bulk-subjects.ts';
import { type BulkOperation, EXPORT, TO_BE_CHOSEN } from '../bulk-operation.ts';
import { findSchedule } from '../schedule-store.ts';
import { showQuestions, typedOf } from './draft/choices-page.ts';
import { showSchedule } from './schedule/schedule-page.ts';
import { showSheet } from './sheet/sheet.ts';

export async function showDraft(app: AppContext, req: Request, res: Response, operation: BulkOperation): Promise<void> {
  const schedule = await findSchedule(app.db.read, operation.id);
  if (schedule) return showSchedule(app, req, res, operation, { schedule });
  const elsewhere = draftPathOf(operation);
  if (elsewhere) return res.redirect(303, elsewhere);
  if (operation.action === EXPORT)
    return res.redirect(303, `${BULK_SUBJECTS[operation.subjectType].path}/export?chosen=${operation.id}`);
  if (operation.action === TO_BE_CHOSEN) return showActions(req, res, operation);
  const action = isToBeChosen(operation);
  if (action) await showQuestions(app, req, res, operation, { action, typed: typedOf(action, {}, formatOf(req)) });
  else await showSheet(app, req, res, operation);
}

/** All that can be done to them, to choose from. */
function showActions(req: Request, res: Response, operation: BulkOperation): void {
  const { noun, path, operations } = BULK_SUBJECTS[operation.subjectType];
  const page = {
    title: `What is to be done with ${counted(operation.size, noun)}?`,
    operation,
    actions: sortedByName([...operations, EXPORTING], ({ label }) => label),
    backPath: operation.view ?? path,
  };
  render(req, res, 'bulk-operations/actions', page, { fragments: { 'dialog-body': 'bulk-operations/_actions' } });
}

/** What is done with them by a page of its own. */
const EXPORTING = { name: EXPORT, label: 'Export', icon: 'download', asks: true, isDangerous: false } as const;
