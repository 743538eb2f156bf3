import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed, Subjected, Written } from '../../verbs/action.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import { forgetItems, keepOutcomes } from '../bulk-item-store.ts';
import type { BulkOperation, SubjectType } from '../bulk-operation.ts';
import {
  claimOperation,
  createDraft,
  findOperation,
  forgetOperation,
  keepChoices,
  keepSize,
} from '../bulk-operation-store.ts';
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

/** What is done by a verb of its own, without a sheet. */
export interface Kept {
  subjectType: SubjectType;
  /** One that can be reported. */
  action: string;
  choices?: BulkOperation['choices'];
  /** The operation that it belongs to. */
  partOf?: number;
}

/** The same at once. Where it wrote nothing that could be brought back nothing is kept of it. Returns the operation, if there is one. */
export async function keepAsOperation(
  trx: Transaction,
  act: Act,
  { choices = {}, ...kept }: Kept,
  work: (act: Act) => Promise<Performed<Subjected>[]>,
): Promise<number | undefined> {
  const id = await createDraft(trx, act, { ...kept, ids: [] });
  let isWritten = false;
  await executeKept(trx, act, { id, choices }, async (own) => {
    const outcomes = await work(own);
    isWritten = outcomes.some(({ written }) => Object.keys(written?.after ?? {}).length > 0);
    return outcomes;
  });
  if (isWritten) return id;
  await forgetItems(trx, id, Number.MAX_SAFE_INTEGER);
  await forgetOperation(trx, id);
  return undefined;
}

/** What a verb says that judged some, and of whom it wrote what, as it is kept. */
export function keptOutcomes<Subject extends Subjected>({
  outcomes,
  written,
}: {
  outcomes: Outcome<Subject>[];
  written: ReadonlyMap<number, Written>;
}): Performed<Subject>[] {
  return outcomes.map((outcome) => ({ ...outcome, written: written.get(outcome.subject.id) }));
}
