import { dayOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import { type Judge, judge, perform, type Subjected } from '../../verbs/action.ts';
import { type Outcome, type Refusal, stale } from '../../verbs/outcome.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { claimOperation, findItemIds, findVersions, keepOutcomes } from '../bulk-operation-store.ts';
import { actionOf, BULK_SUBJECTS } from './bulk-subjects.ts';

/** What the operation would come to now, for each of its set. */
export async function judgeOperation(db: Reader, by: Judge, operation: BulkOperation): Promise<Outcome<Subjected>[]> {
  const subjects = await subjectsOf(db, by, operation);
  return judge(db, by, actionOf(operation), subjects, await changedSince(db, operation, subjects));
}

/**
 * Does it, once: of any number of attempts one does, and the others find it done (R65). Everybody is judged anew; who may
 * no longer be changed is left out with the reason (R64). Returns undefined where it had been executed before.
 */
export async function executeOperation(
  trx: Transaction,
  act: Act,
  operation: BulkOperation,
): Promise<Outcome<Subjected>[] | undefined> {
  if (!(await claimOperation(trx, operation.id, act.at))) return undefined;
  const action = actionOf(operation);
  const subjects = await subjectsOf(trx, act, operation);
  const outcomes = await perform(
    trx,
    { ...act, operationId: operation.id },
    action,
    subjects,
    await changedSince(trx, operation, subjects),
  );
  const items = outcomes.map(({ subject, refusal }) => ({
    id: subject.id,
    outcome: refusal ? ('left out' as const) : ('changed' as const),
    reason: refusal?.reason ?? '',
    before: { activity: subject.activity, ...action.beforeOf(subject) },
  }));
  await keepOutcomes(trx, operation, items);
  return outcomes;
}

async function subjectsOf(db: Reader, { at }: Judge, { id, subjectType }: BulkOperation): Promise<Subjected[]> {
  return BULK_SUBJECTS[subjectType].find(db, await findItemIds(db, id), dayOf(at));
}

/** What is taken back is that operation, and nothing that was done to somebody since. */
async function changedSince(
  db: Reader,
  { undoes }: BulkOperation,
  subjects: Subjected[],
): Promise<Map<number, Refusal>> {
  if (undoes === null) return new Map();
  const versions = await findVersions(db, undoes);
  const changed = subjects.filter(({ id, version }) => versions.get(id) !== version);
  return new Map(changed.map(({ id }) => [id, stale()]));
}
