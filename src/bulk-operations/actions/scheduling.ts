import type { Fields } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { LEAVE } from '../../leaving/left-kind.ts';
import type { Act } from '../../verbs/act.ts';
import type { Subjected } from '../../verbs/action.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { type BulkOperation, isLarge } from '../bulk-operation.ts';
import { createDraft, findOperation, forgetDraft, keepAuthor, keepSet } from '../bulk-operation-store.ts';
import { findItemIds } from '../bulk-piece-store.ts';
import { requireNoneKept } from '../others-operations.ts';
import { canBeLater, ENDING_RIGHTS } from '../schedulable.ts';
import {
  findSchedule,
  findScheduledFor,
  forgetSchedule,
  keepSchedule,
  leaveOutOfSchedule,
  moveSchedule,
  type Schedule,
} from '../schedule-store.ts';
import { actionOf, BULK_SUBJECTS } from './bulk-subjects.ts';
import { judgeOperation } from './execution.ts';

/** Whether an operation could. */
export function isSchedulable(operation: BulkOperation): boolean {
  return operation.subjectType === 'user' && canBeLater(operation.action) && !isLarge(operation);
}

/**
 * A draft is done at a moment, and judged anew then. Who may not be changed by whoever schedules it is left out at once. Throws
 * FieldErrors, Forbidden or Conflict.
 */
export async function scheduleOperation(
  trx: Transaction,
  act: Act,
  { id }: Pick<BulkOperation, 'id'>,
  dueAt: Instant,
): Promise<void> {
  const operation = await findOperation(trx, id);
  await act.confirm?.(trx);
  requireAhead(act, dueAt);
  if (operation.executedAt !== null || !isSchedulable(operation)) throw new Conflict('It cannot be done later.');
  if (await findSchedule(trx, id)) return move(trx, act, operation, dueAt);
  const outcomes = await judgeOperation(trx, act, operation);
  const meant = outcomes.filter(({ refusal }) => refusal?.kind !== 'forbidden').map(({ subject }) => subject);
  if (meant.length === 0) throw new Forbidden(refusedInWords(outcomes));
  const userIds = meant.map((subject) => subject.id);
  await keepSet(trx, id, userIds);
  const schedule = { operationId: id, dueAt };
  await keepSchedule(trx, schedule, { userIds, endsRights: ENDING_RIGHTS.has(operation.action) });
  await tell(trx, act, operation, meant, 'user.change-scheduled', { dueAt });
  await requireAdministratorRemains(trx, act);
}

/** Users who start only later are invited by mail at that moment. */
export async function inviteLater(trx: Transaction, act: Act, ids: number[], dueAt: Instant): Promise<void> {
  if (ids.length === 0) return;
  const draft = { subjectType: 'user' as const, action: 'reinvite', ids };
  const id = await createDraft(trx, { ...act, channel: 'mail' }, draft);
  await scheduleOperation(trx, act, { id }, dueAt);
}

/** Whoever moves it answers for it from then on. */
async function move(trx: Transaction, act: Act, operation: BulkOperation, dueAt: Instant): Promise<void> {
  await requireNoneKept(trx, act, operation, { wanted: 'move' });
  await keepAuthor(trx, operation, act);
  await moveSchedule(trx, operation.id, dueAt);
  await tell(trx, act, operation, await subjectsOf(trx, act, operation), 'user.change-rescheduled', { dueAt });
}

/** What was to become of what these leave behind is not done: something else was decided. */
export async function unscheduleLeaving(trx: Transaction, act: Act, userId: number): Promise<void> {
  for (const { operationId } of await findScheduledFor(trx, userId)) {
    const { action, size } = await findOperation(trx, operationId);
    if (action === LEAVE && size === 1) await unschedule(trx, act, { id: operationId });
  }
}

/** It is not done: to nobody, or not to that one user. */
export async function unschedule(
  trx: Transaction,
  act: Act,
  { id }: Pick<BulkOperation, 'id'>,
  userId?: number,
): Promise<void> {
  await act.confirm?.(trx);
  if (!(await findSchedule(trx, id))) throw new Conflict('It is done already, or was cancelled.');
  const operation = await findOperation(trx, id);
  await requireNoneKept(trx, act, operation, {
    wanted: 'cancel',
    userIds: userId === undefined ? undefined : [userId],
  });
  const all = await subjectsOf(trx, act, operation);
  const left = userId === undefined ? [] : all.filter((subject) => subject.id !== userId);
  const out = all.filter((subject) => !left.includes(subject));
  if (out.length === 0) throw new Conflict('They are not among those to whom it is to be done.');
  await tell(trx, act, operation, out, 'user.change-unscheduled', {});
  if (left.length === 0) {
    await forgetSchedule(trx, id);
    await forgetDraft(trx, id);
    return;
  }
  const idsOf = (subjects: Subjected[]) => subjects.map((subject) => subject.id);
  await leaveOutOfSchedule(trx, id, idsOf(out));
  await keepSet(trx, id, idsOf(left));
}

function refusedInWords(outcomes: Outcome<Subjected>[]): string {
  const [first] = outcomes;
  return `You may change nobody of them so: ${first ? `${first.subject.name} ${first.refusal?.reason}` : 'there is nobody'}.`;
}

/** Throws FieldErrors. */
function requireAhead({ at }: Act, dueAt: Schedule['dueAt']): void {
  if (dueAt <= at) throw new FieldErrors({ dueAt: 'This moment is over. Choose a later one.' });
}

async function subjectsOf(trx: Transaction, act: Act, operation: BulkOperation): Promise<Subjected[]> {
  return BULK_SUBJECTS[operation.subjectType].find(trx, await findItemIds(trx, operation.id), act);
}

async function tell(
  trx: Transaction,
  act: Act,
  operation: BulkOperation,
  subjects: Subjected[],
  event: string,
  more: Fields,
): Promise<void> {
  const change = await labelOf(trx, operation);
  await recordChanges(
    trx,
    act,
    subjects.map(({ id, name }) => ({
      action: event,
      subjectType: 'user',
      subjectId: id,
      subjectName: name,
      after: { change, ...more },
    })),
  );
}

/** What it does, in words; of what there is no more, its name. */
async function labelOf(trx: Transaction, operation: BulkOperation): Promise<string> {
  return actionOf(trx, operation).then(
    (action) => action.label,
    () => operation.action,
  );
}
