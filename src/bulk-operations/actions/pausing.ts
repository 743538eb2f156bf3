import { findAdministratorIds } from '../../access/administrators.ts';
import type { Instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { findUserNames, findUsers } from '../../users/user-store.ts';
import type { ActSettings } from '../../verbs/act.ts';
import type { BulkAction } from '../../verbs/action.ts';
import { Conflict } from '../../verbs/refusals.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { pauseOperation, resumeOperation } from '../bulk-operation-store.ts';
import { authorOf } from './author.ts';
import { BULK_SUBJECTS } from './bulk-subjects.ts';

/**
 * Lets it go on, where whoever began it may do it by now: otherwise it would be paused again at once, and all administrators told once more.
 * Throws Conflict.
 */
export async function goOn(trx: Transaction, operation: BulkOperation, at: Instant): Promise<boolean> {
  const { application, level } = BULK_SUBJECTS[operation.subjectType];
  if (await authorOf(trx, operation, { application, level, at })) return resumeOperation(trx, operation.id);
  throw new Conflict(
    'It cannot go on: whoever began it may not do it any more. Let them do it again, or cancel the rest and do it yourself.',
  );
}

/** An operation that cannot go on waits until somebody presses *Go on*: all administrators are told by mail, where there is any. */
export async function pauseAndTell(
  trx: Transaction,
  act: ActSettings & { at: Instant },
  operation: BulkOperation,
  { label, why }: { label: BulkAction['label']; why: string },
): Promise<void> {
  if (!(await pauseOperation(trx, operation.id, act.at, why))) return;
  const { id, createdBy, tally, size } = operation;
  const begunBy = (await findUserNames(trx, [createdBy])).get(createdBy ?? 0) ?? '';
  const facts = { label, why, begunBy, done: String(tally.judged), size: String(size), operation: String(id) };
  for (const { id: userId, email } of await findUsers(trx, await findAdministratorIds(trx, act.at)))
    await mailNotice(trx, act, 'operation-paused', { userId, address: email }, facts);
}
