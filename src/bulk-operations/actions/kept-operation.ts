import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed, Subjected } from '../../verbs/action.ts';
import { keepOutcomes } from '../bulk-item-store.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { claimOperation, findOperation, keepChoices, keepSize } from '../bulk-operation-store.ts';
import { NOTHING_YET, tallied } from '../tally.ts';
import { endOperation } from './execution.ts';

/**
 * Does, once, what a draft stands for whose subjects need not be there before it, by a verb of its own: as an operation with a report,
 * taken back like any other. `choices` take the place of what the draft kept. Whether it was not done before.
 */
export async function executeKept(
  trx: Transaction,
  act: Act,
  { id, choices }: Pick<BulkOperation, 'id' | 'choices'>,
  work: (act: Act) => Promise<Performed<Subjected>[]>,
): Promise<boolean> {
  await keepChoices(trx, id, choices);
  const operation = await findOperation(trx, id);
  if (!(await claimOperation(trx, operation, act))) return false;
  const outcomes = await work({ ...act, operationId: id });
  const items = outcomes.map(({ subject, refusal, written }) => ({
    id: subject.id,
    refusal: refusal?.reason,
    written,
  }));
  await keepOutcomes(trx, operation, items);
  await keepSize(trx, id, items.length);
  await endOperation(trx, operation, tallied(NOTHING_YET, outcomes), act.at);
  return true;
}
