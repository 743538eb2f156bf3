import { keepAsOperation } from '../../bulk-operations/actions/kept-operation.ts';
import type { Transaction } from '../../db/database.ts';
import { ACCESS_CONFIRMATION } from '../../users/actions/access-confirmation.ts';
import type { Subject } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import { type Performed, perform } from '../../verbs/action.ts';
import { reached } from './leading.ts';

/** Confirms the access of members whom the groups that the actor leads cover, as an administrator does it. */
export async function confirmMembers(
  trx: Transaction,
  act: Act,
  groupId: number,
  ids: number[],
): Promise<Performed<Subject>[]> {
  const { beyond, within, able } = await reached(trx, act, groupId, ids);
  let done: Performed<Subject>[] = [];
  await keepAsOperation(trx, able, { subjectType: 'user', action: ACCESS_CONFIRMATION.name }, async (own) => {
    done = await perform(trx, own, ACCESS_CONFIRMATION, within);
    return done;
  });
  return [...beyond, ...done];
}
