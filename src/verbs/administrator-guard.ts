import { isAnyAdministrator } from '../access/administrators.ts';
import type { Transaction } from '../db/database.ts';
import type { Act } from './act.ts';
import { Forbidden } from './refusals.ts';

/**
 * The guard of promise 4. Every verb that can take rights away calls it last, in its transaction: the write lock is held,
 * so two people removing each other come one after the other, and the second is refused.
 */
export async function requireAdministratorRemains(trx: Transaction, { at }: Pick<Act, 'at'>): Promise<void> {
  if (!(await isAnyAdministrator(trx, at)))
    throw new Forbidden(
      'There must always be an administrator, and this would take away the last one. Nothing was changed.',
    );
}
