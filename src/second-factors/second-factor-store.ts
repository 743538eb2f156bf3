import { randomBytes } from 'node:crypto';
import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { shortestFor } from '../passwords/password.ts';
import { numberOfRecoveryCode, stepOfCode, totpSecret } from './factor-codes.ts';

export interface SecondFactor {
  userId: number;
  nonce: string;
  /** Null while it is being set up: then it is asked for nowhere. */
  confirmedAt: Instant | null;
  lastStep: number;
  recoveryNonce: string | null;
  recoveryUsed: number[];
}

const selectFactor = prepared<{ userId: number }, Row<'second_factors'>>((db, { userId }) =>
  db('second_factors').where({ user_id: userId }),
);

export async function findSecondFactor(db: Reader, userId: number): Promise<SecondFactor | undefined> {
  const [row] = await selectFactor(db, { userId });
  return (
    row && {
      userId: row.user_id,
      nonce: row.nonce,
      confirmedAt: row.confirmed_at,
      lastStep: row.last_step,
      recoveryNonce: row.recovery_nonce,
      recoveryUsed: JSON.parse(row.recovery_used),
    }
  );
}

/** The one that stands between the password and the way in. */
export async function findConfirmedFactor(db: Reader, userId: number): Promise<SecondFactor | undefined> {
  const factor = await findSecondFactor(db, userId);
  return factor?.confirmedAt ? factor : undefined;
}

/** How many characters a password of theirs needs: fewer beside a factor (R1). */
export async function shortestPasswordOf(db: Reader, userId: number): Promise<number> {
  return shortestFor({ hasFactor: (await findConfirmedFactor(db, userId)) !== undefined });
}

/** Begins to set one up, in the place of one that was not confirmed. */
export async function beginFactor(trx: Transaction, userId: number, at: Instant): Promise<void> {
  await trx('second_factors').where({ user_id: userId }).whereNull('confirmed_at').delete();
  await trx('second_factors').insert({ user_id: userId, nonce: chance(), created_at: at });
}

/** From now on it is asked for. */
export async function confirmFactor(trx: Transaction, userId: number, at: Instant, step: number): Promise<void> {
  await trx('second_factors')
    .where({ user_id: userId })
    .update({ confirmed_at: at, last_step: step, recovery_nonce: chance() });
}

/** New recovery codes; those before are worth nothing. */
export async function renewRecoveryCodes(trx: Transaction, userId: number): Promise<void> {
  await trx('second_factors').where({ user_id: userId }).update({ recovery_nonce: chance(), recovery_used: '[]' });
}

/** Nothing but the password is asked of these any more. */
export async function removeFactors(trx: Transaction, userIds: number[]): Promise<void> {
  await whereIdIn(trx('second_factors'), 'user_id', userIds).delete();
}

/** Takes a code of the authenticator, or a recovery code, each once; false for every other text. `now` in milliseconds. */
export async function takeCode(
  trx: Transaction,
  factor: SecondFactor,
  typed: string,
  { pepper, now }: { pepper: string; now: number },
): Promise<boolean> {
  const { userId, nonce, lastStep, recoveryNonce, recoveryUsed } = factor;
  const step = stepOfCode(totpSecret(pepper, { userId, nonce }), typed, now);
  if (step !== undefined && step > lastStep) {
    await trx('second_factors').where({ user_id: userId }).update({ last_step: step });
    return true;
  }
  const source = { userId, nonce: recoveryNonce ?? '' };
  const number = recoveryNonce === null ? undefined : numberOfRecoveryCode(pepper, source, typed);
  if (number === undefined || recoveryUsed.includes(number)) return false;
  const recovery_used = JSON.stringify([...recoveryUsed, number]);
  await trx('second_factors').where({ user_id: userId }).update({ recovery_used });
  return true;
}

function chance(): string {
  return randomBytes(16).toString('base64url');
}
