import { findAdministratorIds } from '../../access/administrators.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { secureAccounts } from '../../users/actions/account-securing.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';

/**
 * *This was not me*: whoever acts says that somebody else used their account. It is secured, and the administrators are told. Throws
 * Forbidden where they are the last administrator.
 */
export async function reportAccount(trx: Transaction, act: Act): Promise<void> {
  await act.confirm?.(trx);
  const [user] = await findUsers(trx, [act.by.id!]);
  // The session by which they act ends before the audit is written.
  await secureAccounts(trx, { ...act, confirm: undefined }, [user]);
  const facts = { who: user.name, email: user.email ?? '', id: String(user.id), from: act.address };
  for (const { id, email } of await findUsers(trx, await findAdministratorIds(trx, act.at)))
    await mailNotice(trx, act, 'account-reported', { userId: id, address: email }, facts);
}
