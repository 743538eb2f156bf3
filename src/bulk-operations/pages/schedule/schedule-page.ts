import type { Request, Response } from 'express';
import { may } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { minuteOf } from '../../../clock.ts';
import type { Errors, Typed } from '../../../forms/form.ts';
import { sortedByName } from '../../../text/sort-key.ts';
import { shortened } from '../../../text/text.ts';
import { findSubjects, findUserNames } from '../../../users/user-store.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { render } from '../../../web/render.ts';
import { actionOf, BULK_SUBJECTS, maySteer } from '../../actions/bulk-subjects.ts';
import type { BulkOperation } from '../../bulk-operation.ts';
import { findOperation } from '../../bulk-operation-store.ts';
import { findItemIds } from '../../bulk-piece-store.ts';
import { keptRefusal } from '../../others-operations.ts';
import { findScheduled, type Schedule } from '../../schedule-store.ts';

const NAMES_SHOWN = 100;
const NAMES_TOLD = 3;

/** What is to be done, when and to whom: to be moved, cancelled or done at once. */
export async function showSchedule(
  app: AppContext,
  req: Request,
  res: Response,
  operation: BulkOperation,
  { schedule, typed, errors = {} }: { schedule: Schedule; typed?: Typed; errors?: Errors },
): Promise<void> {
  const db = app.db.read;
  const format = formatOf(req);
  const { path } = BULK_SUBJECTS[operation.subjectType];
  const action = await actionOf(db, operation, [], format).catch(() => undefined);
  const subjects = await findSubjects(db, await findItemIds(db, operation.id), minuteOf(app.clock()));
  const inOrder = sortedByName(subjects, ({ name }) => name);
  const isKept = (subject: (typeof subjects)[number]) => keptRefusal(req.viewer!, operation, subject) !== undefined;
  const steers = maySteer(req.viewer!, operation);
  const kept = inOrder.filter(isKept);
  const page = {
    title: `Scheduled: ${action?.label ?? operation.action}`,
    operation,
    schedule,
    consequence: action?.bulk.consequence ?? '',
    isDangerous: action?.isDangerous ?? false,
    people: inOrder
      .slice(0, NAMES_SHOWN)
      .map((subject) => ({ ...subject, mayLeaveOut: steers && subjects.length > 1 && !isKept(subject) })),
    rest: Math.max(0, subjects.length - NAMES_SHOWN),
    author: (await findUserNames(db, [operation.createdBy])).get(operation.createdBy ?? 0) ?? 'command line',
    maySteer: steers && kept.length === 0,
    whyNot: steers && kept.length > 0 ? whyNotToSteer(kept.map(({ name }) => name)) : undefined,
    typed: typed ?? { dueAt: format.typedStart(schedule.dueAt) },
    errors,
    backPath: operation.view ?? path,
  };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  render(req, res, 'bulk-operations/scheduled', page, {
    status,
    fragments: { 'dialog-body': 'bulk-operations/_scheduled' },
  });
}

function whyNotToSteer(names: string[]): string {
  return `It is not yours to move, stop or do: somebody else scheduled it, for people who may do more than you, or for yourself: ${shortened(names, NAMES_TOLD)}.`;
}

/** When it is to be done, of a draft that is not scheduled yet. */
export async function showScheduling(
  app: AppContext,
  req: Request,
  res: Response,
  operation: BulkOperation,
  { typed = { dueAt: '' }, errors = {} }: { typed?: Typed; errors?: Errors } = {},
): Promise<void> {
  const action = await actionOf(app.db.read, operation, [], formatOf(req));
  const { noun } = BULK_SUBJECTS[operation.subjectType];
  const [only] = operation.size === 1 ? await findItemIds(app.db.read, operation.id) : [];
  const name = (await findUserNames(app.db.read, [only ?? null])).get(only);
  const page = { title: `${action.label}: at another time`, operation, noun, name, typed, errors };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  render(req, res, 'bulk-operations/scheduling', page, {
    status,
    fragments: { 'dialog-body': 'bulk-operations/_scheduling' },
  });
}

/** What is to be done to users, for whoever may read them, in the order of its moments. */
export async function listScheduled(app: AppContext, req: Request, limit: number) {
  if (!may(req.viewer!, 'users', 'read')) return [];
  const db = app.db.read;
  const words = formatOf(req);
  const listed = [];
  for (const schedule of await findScheduled(db, limit)) {
    const operation = await findOperation(db, schedule.operationId);
    const label = await actionOf(db, operation, [], words).then(
      (action) => action.label,
      () => operation.action,
    );
    listed.push({ ...schedule, size: operation.size, label, createdBy: operation.createdBy });
  }
  const names = await findUserNames(
    db,
    listed.map(({ createdBy }) => createdBy),
  );
  return listed.map((one) => ({ ...one, author: names.get(one.createdBy ?? 0) ?? 'command line' }));
}
