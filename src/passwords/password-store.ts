import { recordChanges } from '../audit/audit-store.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { mailNotice } from '../mail/outbox-store.ts';
import type { User } from '../users/user.ts';
import { setPasswordHash } from '../users/user-store.ts';
import type { Act } from '../verbs/act.ts';

export async function findPasswordHash(db: Reader, userId: number): Promise<string | undefined> {
  return (await db('users').where('id', userId).first('password_hash'))?.password_hash ?? undefined;
}

/** `hash` was computed before the transaction began. Who had a password before is told of the new one (R27). */
export async function setPassword(
  trx: Transaction,
  act: Act,
  user: Pick<User, 'id' | 'name' | 'email'>,
  hash: string,
  how: 'chosen' | 'changed' | 'reset',
): Promise<void> {
  await setPasswordHash(trx, user.id, hash, act.at);
  await recordChanges(trx, act, [
    { action: `password.${how}`, subjectType: 'user', subjectId: user.id, subjectName: user.name },
  ]);
  if (how !== 'chosen')
    await mailNotice(trx, act, 'password-changed', { userId: user.id, address: user.email }, { from: act.address });
}
