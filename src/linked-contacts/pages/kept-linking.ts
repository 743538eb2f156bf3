import { keepAsOperation } from '../../bulk-operations/actions/kept-operation.ts';
import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { Linking } from '../actions/linking.ts';

/** Links or unlinks as an operation on the user, which can be taken back. Returns it, where anything was changed. */
export async function keepLinking<T extends Linking | undefined>(
  trx: Transaction,
  act: Act,
  work: (act: Act) => Promise<T>,
): Promise<{ linking: T; undo: number | undefined }> {
  let linking: T | undefined;
  const undo = await keepAsOperation(trx, act, { subjectType: 'user', action: 'edit' }, async (own) => {
    linking = await work(own);
    return linking ? [linking] : [];
  });
  return { linking: linking as T, undo };
}
