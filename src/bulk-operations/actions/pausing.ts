import { findAdministratorIds } from '../../access/administrators.ts';
import type { Instant } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { findUserNames, findUsers } from '../../users/user-store.ts';
import type { Act, ActSettings } from '../../verbs/act.ts';
import type { BulkAction, Subjected } from '../../verbs/action.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { type BulkOperation, phaseOf } from '../bulk-operation.ts';
import { keepAuthor, pauseOperation, resumeOperation } from '../bulk-operation-store.ts';
import { findPieces } from '../bulk-piece-store.ts';
import { authorOfOperation } from './author.ts';
import { actionOf } from './bulk-subjects.ts';
import { judgePiece } from './execution.ts';

/** Whether it is paused, and whoever answers for it may not do it any more: it goes on in the name of whoever takes it over. */
export async function isAbandoned(db: Reader, operation: BulkOperation, at: Instant): Promise<boolean> {
  return phaseOf(operation) === 'paused' && !(await authorOfOperation(db, operation, at));
}

/** The rest is done in the name of whoever acts, with what they may do. Throws Forbidden, and Conflict. */
export async function takeOver(trx: Transaction, act: Act, operation: BulkOperation): Promise<boolean> {
  await requireDoable(trx, act, operation);
  await keepAuthor(trx, operation, act);
  return resumeOperation(trx, operation.id);
}

/** It would be paused again at once, and all administrators told once more, where whoever takes it over may do nothing of it. */
async function requireDoable(trx: Transaction, act: Act, operation: BulkOperation): Promise<void> {
  const [piece] = await findPieces(trx, operation.id, { limit: 1 });
  if (!piece) return;
  try {
    const action = await actionOf(trx, operation, piece.ids);
    if (action.performPiece) return;
    const outcomes = await judgePiece(trx, act, operation, { ids: piece.ids, action });
    const isOneself = ({ id }: Subjected) => operation.subjectType === 'user' && id === act.by.id;
    const others = outcomes.filter(({ subject }) => !isOneself(subject));
    const [first] = others;
    if (first && others.every(({ refusal }) => refusal?.kind === 'forbidden'))
      throw new Forbidden(`You may not change them so: ${first.subject.name} ${first.refusal!.reason}.`);
  } catch (error) {
    // What was chosen is gone.
    throw error instanceof FieldErrors ? new Conflict(error.message) : error;
  }
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
