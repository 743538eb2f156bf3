import { ALL_RIGHTS } from '../src/access/rights.ts';
import { instant } from '../src/clock.ts';
import type { Config } from '../src/config.ts';
import type { Database, Transaction } from '../src/db/database.ts';
import { setPassword } from '../src/passwords/password-store.ts';
import type { NewUser } from '../src/users/actions/changing/user-change.ts';
import { createUser } from '../src/users/actions/changing/user-creation.ts';
import { type Act, actSettings } from '../src/verbs/act.ts';

export function actOf(config: Config): Act {
  return {
    by: { id: null, name: 'faults', rights: ALL_RIGHTS },
    at: instant(Date.now()),
    address: '',
    requestId: 'faults',
    ...actSettings(config),
  };
}

/** Makes so many users, `name0`, `name1` …, and returns their ids. Without a hash they have no password. */
export async function makePeople(
  { db, config }: { db: Database; config: Config },
  name: string,
  count: number,
  passwordHash?: string,
  more: Partial<NewUser> = {},
  then?: (trx: Transaction, ids: number[]) => Promise<unknown>,
): Promise<number[]> {
  return db.write(async (trx) => {
    const ids: number[] = [];
    for (let n = 0; n < count; n++) {
      const user = { name: name + n, email: `${name}${n}@example.com`, ...more };
      const id = await createUser(trx, actOf(config), user);
      if (passwordHash) await setPassword(trx, actOf(config), { ...user, id }, passwordHash, 'chosen');
      ids.push(id);
    }
    await then?.(trx, ids);
    return ids;
  });
}
