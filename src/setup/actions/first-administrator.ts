import { isSetUp } from '../../access/administrators.ts';
import { ALL_RIGHTS, covers } from '../../access/rights.ts';
import type { Database, Transaction } from '../../db/database.ts';
import { createGroup } from '../../groups/actions/group-creation.ts';
import { findGroups } from '../../groups/group-store.ts';
import { setPassword } from '../../passwords/password-store.ts';
import { createUser } from '../../users/actions/changing/user-creation.ts';
import type { User } from '../../users/user.ts';
import { checkNames } from '../../users/user-form.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Gone } from '../../verbs/refusals.ts';

const GROUP = 'Administrators';

/**
 * Makes the first administrator, in a group with all rights. While the write lock is held nobody else can be first:
 * throws Gone where somebody was. Throws FieldErrors.
 */
export async function createFirstAdministrator(
  db: Database,
  act: Act,
  values: { name: string; email: string; passwordHash: string },
): Promise<User> {
  const checked = checkNames(values);
  if (checked.errors) throw new Error(Object.values(checked.errors).join(' '));
  return db.write(async (trx) => {
    if (await isSetUp(trx)) throw new Gone('Roster is set up already. Sign in instead.');
    const groupId = await administratorsGroup(trx, act);
    const id = await createUser(trx, act, { ...checked.values, groups: [groupId] });
    const [user] = await findUsers(trx, [id]);
    await setPassword(trx, act, user, values.passwordHash, 'chosen');
    return (await findUsers(trx, [id]))[0];
  });
}

/** The id of the group with all rights, made where it is missing. */
export async function administratorsGroup(trx: Transaction, act: Act): Promise<number> {
  const existing = (await findGroups(trx)).find(
    (group) => group.name === GROUP && group.activity === 'active' && covers(group.rights, ALL_RIGHTS),
  );
  return existing?.id ?? (await createGroup(trx, act, { name: GROUP, rights: ALL_RIGHTS }));
}
