import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed, Subjected } from '../../verbs/action.ts';
import { keepOutcomes } from '../bulk-item-store.ts';
import { claimOperation, createDraft, type Draft, findOperation, keepSize } from '../bulk-operation-store.ts';
import { NOTHING_YET, tallied } from '../tally.ts';
import { endOperation } from './execution.ts';

/** What is done by a verb of its own, to subjects that need not be there before it. */
export type Kept = Pick<Draft, 'subjectType' | 'action' | 'choices'>;

/** Does the work as an operation, with a report, and taken back like any other. Returns its id. */
export async function keepOperation(
  trx: Transaction,
  act: Act,
  kept: Kept,
  work: (act: Act) => Promise<Performed<Subjected>[]>,
): Promise<number> {
  const id = await createDraft(trx, act, { ...kept, ids: [] });
  const operation = await findOperation(trx, id);
  await claimOperation(trx, operation, act);
  const outcomes = await work({ ...act, operationId: id });
  const items = outcomes.map(({ subject, refusal, written }) => ({
    id: subject.id,
    refusal: refusal?.reason,
    written,
  }));
  await keepOutcomes(trx, operation, items);
  await keepSize(trx, id, items.length);
  await endOperation(trx, operation, tallied(NOTHING_YET, outcomes), act.at);
  return id;
}
