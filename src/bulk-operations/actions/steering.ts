import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { cancelOperation, pauseOperation } from '../bulk-operation-store.ts';
import { findMeantAmong } from '../bulk-piece-store.ts';
import { ENDING_RIGHTS } from '../schedulable.ts';
import { findBulkAction } from './bulk-subjects.ts';
import { goOn } from './pausing.ts';

/** What can be done with an operation that is under way: the event of each, and what does it where it can be done still. */
const DEEDS = {
  pause: ['operation.paused', (trx, { id }, { at, by }) => pauseOperation(trx, id, at, `${by.name} paused it`)],
  resume: ['operation.resumed', (trx, operation, { at }) => goOn(trx, operation, at)],
  cancel: ['operation.cancelled', (trx, { id }, { at }) => cancelOperation(trx, id, at)],
} satisfies Record<string, [event: string, work: (trx: Transaction, one: BulkOperation, act: Act) => Promise<boolean>]>;

/** Lets an operation wait, go on, or be; whether that was still to be done. Throws Forbidden, and Conflict. */
export async function steerOperation(
  trx: Transaction,
  act: Act,
  operation: BulkOperation,
  deed: keyof typeof DEEDS,
): Promise<boolean> {
  await act.confirm?.(trx);
  const [event, work] = DEEDS[deed];
  if (deed !== 'resume') await requireNotAgainstOneself(trx, act, operation);
  if (!(await work(trx, operation, act))) return false;
  const { id, subjectType, action, tally, size } = operation;
  const subjectName = findBulkAction(subjectType, action)?.label ?? action;
  const after = { operation: id, done: tally.judged, size };
  await recordChanges(trx, act, [{ action: event, subjectType: 'system', subjectId: null, subjectName, after }]);
  return true;
}

/** As of what is scheduled: nobody stops what somebody else began and what ends their own access. */
async function requireNotAgainstOneself(trx: Transaction, { by }: Act, operation: BulkOperation): Promise<void> {
  const { id, createdBy, subjectType, action } = operation;
  if (by.id === null || createdBy === by.id || subjectType !== 'user' || !ENDING_RIGHTS.has(action)) return;
  if ((await findMeantAmong(trx, id, [by.id])).size > 0)
    throw new Forbidden('Somebody else began this, and it ends your own access: ask another administrator.');
}
