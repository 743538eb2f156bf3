import { userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import { findUserNames } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { cancelOperation, findOperation, pauseOperation, resumeOperation } from '../bulk-operation-store.ts';
import { requireNoneKept } from '../others-operations.ts';
import { findBulkAction } from './bulk-subjects.ts';
import { isAbandoned, takeOver } from './pausing.ts';

/** What can be done with an operation that is under way: the event of each, and what does it where it can be done still. */
const DEEDS = {
  pause: ['operation.paused', (trx, { id }, { at, by }) => pauseOperation(trx, id, at, `${by.name} paused it`)],
  resume: ['operation.resumed', (trx, { id }) => resumeOperation(trx, id)],
  takeOver: ['operation.taken-over', (trx, operation, act) => takeOver(trx, act, operation)],
  cancel: ['operation.cancelled', (trx, { id }, { at }) => cancelOperation(trx, id, at)],
} satisfies Record<string, [event: string, work: (trx: Transaction, one: BulkOperation, act: Act) => Promise<boolean>]>;

/** What somebody asks for: whether what goes on is taken over is told by whoever answers for it. */
export type Asked = Exclude<keyof typeof DEEDS, 'takeOver'>;

/** Lets an operation wait, go on, or be; whether that was still to be done. Throws Forbidden, and Conflict. */
export async function steerOperation(
  trx: Transaction,
  act: Act,
  { id }: Pick<BulkOperation, 'id'>,
  asked: Asked,
): Promise<boolean> {
  await act.confirm?.(trx);
  const operation = await findOperation(trx, id);
  await requireNoneKept(trx, act, operation, { wanted: asked });
  const isTakenOver = asked === 'resume' && (await isAbandoned(trx, operation, act.at));
  const [event, work] = DEEDS[isTakenOver ? 'takeOver' : asked];
  if (!(await work(trx, operation, act))) return false;
  const { subjectType, action, tally, size, createdBy } = operation;
  const subjectName = findBulkAction(subjectType, action)?.label ?? action;
  const after = { operation: id, done: tally.judged, size };
  const before = isTakenOver ? await authorBefore(trx, createdBy) : {};
  await recordChanges(trx, act, [
    { action: event, subjectType: 'system', subjectId: null, subjectName, before, after },
  ]);
  return true;
}

async function authorBefore(trx: Transaction, createdBy: number | null) {
  const name = (await findUserNames(trx, [createdBy])).get(createdBy ?? 0);
  return createdBy !== null && name !== undefined ? { begunBy: userReference({ id: createdBy, name }) } : {};
}
