import type { Transaction } from '../db/database.ts';
import { noteLogin } from '../users/user-store.ts';
import { type LoginAttempt, recordLoginAttempt } from './login-attempt-store.ts';

/** Somebody came in, by a password or by choosing the first one: the record and the person's own history tell of it. */
export async function recordSignIn(
  trx: Transaction,
  userId: number,
  from: Pick<LoginAttempt, 'at' | 'address' | 'agent' | 'device'>,
): Promise<void> {
  await noteLogin(trx, userId, from.at);
  await recordLoginAttempt(trx, userId, { ...from, outcome: 'signed in', lockedUntil: null });
}
