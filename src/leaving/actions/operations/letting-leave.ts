import { performDirectly } from '../../../bulk-operations/actions/execution.ts';
import { scheduleOperation, unscheduleLeaving } from '../../../bulk-operations/actions/scheduling.ts';
import { createDraft } from '../../../bulk-operations/bulk-operation-store.ts';
import type { Instant } from '../../../clock.ts';
import type { Transaction } from '../../../db/database.ts';
import { FieldErrors } from '../../../forms/form.ts';
import type { Subject } from '../../../users/user.ts';
import type { Act } from '../../../verbs/act.ts';
import type { Refusal } from '../../../verbs/outcome.ts';
import { Conflict, Forbidden } from '../../../verbs/refusals.ts';
import { type Decisions, LEAVE } from '../../left-kind.ts';
import { stepsFor } from '../decisions.ts';
import { tellOfLeaving } from '../telling-of-leaving.ts';

/** What was decided on the page Leaving. */
export interface Departure {
  /** Null: now. */
  leavesAt: Instant | null;
  decisions: Decisions;
}

/** Lets somebody leave at once. Returns the operation. Throws Forbidden or Conflict. */
export async function letLeaveNow(trx: Transaction, act: Act, user: Subject, decisions: Decisions): Promise<number> {
  await unscheduleLeaving(trx, act, user.id);
  const direct = { subjectType: 'user' as const, action: LEAVE, ids: [user.id], choices: { decisions } };
  const { operationId, outcomes } = await performDirectly(trx, act, direct);
  const [{ refusal }] = outcomes;
  if (refusal) throw refusedFor(user, refusal);
  return operationId!;
}

/**
 * Lets somebody leave at a moment that is to come: it is their end, which holds by itself, and what they leave behind is handed over then.
 * Another moment that was said before is forgotten. Returns the operation. Throws FieldErrors, Forbidden or Conflict.
 */
export async function letLeaveOn(
  trx: Transaction,
  act: Act,
  user: Subject,
  { leavesAt, decisions }: Departure & { leavesAt: Instant },
): Promise<number> {
  if (leavesAt <= act.at)
    throw new FieldErrors({ leavesAt: 'This moment is over. Choose a later one, or none for now.' });
  await unscheduleLeaving(trx, act, user.id);
  if (user.leavesAt !== leavesAt) {
    const direct = { subjectType: 'user' as const, action: 'set-leaving', ids: [user.id], choices: { leavesAt } };
    const [{ refusal }] = (await performDirectly(trx, act, direct)).outcomes;
    if (refusal) throw refusedFor(user, refusal);
  }
  const draft = { subjectType: 'user' as const, action: LEAVE, ids: [user.id], choices: { decisions } };
  const id = await createDraft(trx, { ...act, channel: 'mail' }, draft);
  await scheduleOperation(trx, act, { id }, leavesAt);
  const steps = await stepsFor(trx, { ...act, at: leavesAt }, user, decisions);
  await tellOfLeaving(trx, act, user, { steps, from: leavesAt });
  return id;
}

function refusedFor({ name }: Subject, { kind, reason, fields }: Refusal): Error {
  const said = fields ? Object.values(fields).join(' ') : `${name} ${reason}.`;
  return kind === 'forbidden' ? new Forbidden(said) : new Conflict(said);
}
