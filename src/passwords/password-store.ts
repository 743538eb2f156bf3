import { recordChanges } from '../audit/audit-store.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { mailNotice } from '../mail/outbox-store.ts';
import type { User } from '../users/user.ts';
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
  await trx('users')
    .where('id', user.id)
    .update({ password_hash: hash, password_set_at: act.at, version: trx.raw('version + 1') });
  await recordChanges(trx, act, [
    { action: `password.${how}`, subjectType: 'user', subjectId: user.id, subjectName: user.name },
  ]);
  if (how !== 'chosen')
    await mailNotice(trx, act, 'password-changed', { userId: user.id, address: user.email }, { from: act.address });
}

/** The same password under a stronger hash; nothing changed for anyone. */
export async function replaceHash(trx: Transaction, userId: number, outdated: string, hash: string): Promise<void> {
  await trx('users').where({ id: userId, password_hash: outdated }).update({ password_hash: hash });
}
