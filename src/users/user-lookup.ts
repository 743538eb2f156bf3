import { whereNotDeleted } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { identityKey, spelledLike } from '../text/identity-key.ts';
import type { User } from './user.ts';
import { type Found, selectUsers, userOf } from './user-row.ts';

/** The user who signs in by this name or email address; deleted ones are not found. */
export async function findUserByIdentifier(db: Reader, identifier: string): Promise<User | undefined> {
  const key = identityKey(identifier);
  const column = key.includes('@') ? 'email' : 'name';
  const rows: Found[] = await selectUsers(db)
    .where(`users.${column}_key`, key)
    .modify(whereNotDeleted, 'users')
    .orderBy(`users.${column}_twin`);
  const row = spelledLike(rows, identifier, (one) => one[column] ?? '');
  return row && userOf(row);
}

/** Users by name or email, each by what was given for them; deleted ones are not found. */
export async function findUserIdsByIdentifier(db: Reader, identifiers: string[]): Promise<Map<string, number>> {
  const keys = identifiers.map(identityKey);
  const rowsOf = new Map<string, { id: number; written: string }[]>();
  for (const column of ['name', 'email']) {
    const query = db('users').modify(whereNotDeleted).orderBy(`${column}_twin`);
    const select = query.select('id', `${column} as written`, `${column}_key as key`);
    for (const row of await whereIdIn(select, `${column}_key`, keys))
      rowsOf.set(row.key, [...(rowsOf.get(row.key) ?? []), row]);
  }
  const found = new Map<string, number>();
  for (const [n, identifier] of identifiers.entries()) {
    const row = spelledLike(rowsOf.get(keys[n]) ?? [], identifier, (one) => one.written);
    if (row) found.set(identifier, row.id);
  }
  return found;
}

/** The deleted users who were called so, by name or email; without any, whoever is. */
export async function findUserIdsOnceCalled(db: Reader, identifier: string): Promise<number[]> {
  const key = identityKey(identifier);
  const called = () =>
    db('users')
      .where(key.includes('@') ? 'email_key' : 'name_key', key)
      .orderBy('id');
  const deleted: number[] = await called().whereNotNull('deleted_from').pluck('id');
  return deleted.length > 0 ? deleted : called().pluck('id');
}
