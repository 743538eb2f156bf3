import { recordRefusal } from '../../audit/refusal-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { forbiddenInWords, hasForbidden } from '../tally.ts';
import { BULK_SUBJECTS } from './bulk-subjects.ts';

/** Those who were left out because its author may not change them are a refusal like any other (promise 6). */
export async function tellOfForbidden(trx: Transaction, act: Act, operation: BulkOperation): Promise<void> {
  const { id } = act.by;
  if (!hasForbidden(operation.tally) || id === null) return;
  const { noun } = BULK_SUBJECTS[operation.subjectType];
  await recordRefusal(
    trx,
    { ...act, by: { ...act.by, id } },
    {
      kind: 'change',
      isChange: true,
      request: `bulk operation ${operation.id}`,
      reason: forbiddenInWords(operation.tally, noun),
    },
  );
}
