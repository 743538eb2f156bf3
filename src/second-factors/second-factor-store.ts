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
  /** Passkeys alone, and recovery codes for whoever has none at hand: no authenticator. */
  isByPasskeys: boolean;
  /** Of the authenticator that is being set up, which counts for nothing yet; null where none is. */
  begunNonce: string | null;
  /** Null while it is being set up: then it is asked for nowhere. */
  confirmedAt: Instant | null;
  lastStep: number;
  recoveryNonce: string | null;
  recoveryUsed: number[];
}

/** In the place of the nonce of an authenticator. */
const BY_PASSKEYS = '';

const selectFactor = prepared<{ userId: number }, Row<'second_factors'>>((db, { userId }) =>
  db('second_factors').where({ user_id: userId }),
);

export async function findSecondFactor(db: Reader, userId: number): Promise<SecondFactor | undefined> {
  const [row] = await selectFactor(db, { userId });
  return (
    row && {
      userId: row.user_id,
      nonce: row.nonce,
      isByPasskeys: row.nonce === BY_PASSKEYS,
      begunNonce: row.confirmed_at ? row.next_nonce : row.nonce,
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

/** Begins to set up an authenticator, in the place of one that was not confirmed. Passkeys stay the factor until it is. Returns its nonce. */
export async function beginFactor(trx: Transaction, userId: number, at: Instant): Promise<string> {
  const waiting = trx('second_factors').where({ user_id: userId, nonce: BY_PASSKEYS });
  const nonce = chance();
  if ((await waiting.update({ next_nonce: nonce })) > 0) return nonce;
  await forgetBegun(trx, userId);
  await trx('second_factors').insert({ user_id: userId, nonce, created_at: at });
  return nonce;
}

/** From now on it is asked for. */
export async function confirmFactor(trx: Transaction, userId: number, at: Instant, step: number): Promise<void> {
  const { next_nonce, nonce } = await trx('second_factors').where({ user_id: userId }).first('next_nonce', 'nonce');
  const codes = { recovery_nonce: chance(), recovery_used: '[]' };
  await trx('second_factors')
    .where({ user_id: userId })
    .update({ nonce: next_nonce ?? nonce, next_nonce: null, confirmed_at: at, last_step: step, ...codes });
}

/** From now on a passkey is asked for after the password, or a recovery code. */
export async function makePasskeysFactor(trx: Transaction, userId: number, at: Instant): Promise<void> {
  await forgetBegun(trx, userId);
  const columns = { nonce: BY_PASSKEYS, created_at: at, confirmed_at: at, recovery_nonce: chance() };
  await trx('second_factors').insert({ user_id: userId, ...columns });
}

async function forgetBegun(trx: Transaction, userId: number): Promise<void> {
  await trx('second_factors').where({ user_id: userId }).whereNull('confirmed_at').delete();
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
  const { userId, nonce, isByPasskeys, lastStep, recoveryNonce, recoveryUsed } = factor;
  const step = isByPasskeys ? undefined : stepOfCode(totpSecret(pepper, { userId, nonce }), typed, now);
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
