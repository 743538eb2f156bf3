import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { findPasskeys } from '../../passkeys/passkey-store.ts';
import { stopRememberingAll } from '../../sessions/known-device-store.ts';
import type { User } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { stepOfCode, totpSecret } from '../factor-codes.ts';
import {
  beginFactor,
  confirmFactor,
  findConfirmedFactor,
  findSecondFactor,
  makePasskeysFactor,
  removeFactors,
  renewRecoveryCodes,
} from '../second-factor-store.ts';

type Person = Pick<User, 'id' | 'name' | 'email'>;

const HAS_ONE = 'You have a second factor already.';

/** Begins to set up an authenticator for oneself, which counts for nothing until it is confirmed. Returns its nonce. Throws Conflict where there is one. */
export async function beginOwnFactor(trx: Transaction, act: Act, user: Person): Promise<string> {
  await act.confirm?.(trx);
  const factor = await findConfirmedFactor(trx, user.id);
  if (factor && !factor.isByPasskeys) throw new Conflict(HAS_ONE);
  return beginFactor(trx, user.id, act.at);
}

/** One's passkeys of this place become the second factor, with recovery codes. Throws Conflict where there is one, or no passkey. */
export async function takeOwnPasskeys(
  trx: Transaction,
  act: Act,
  user: Person,
  relyingParty: string | undefined,
): Promise<void> {
  await act.confirm?.(trx);
  if (await findConfirmedFactor(trx, user.id)) throw new Conflict(HAS_ONE);
  const usable = (await findPasskeys(trx, user.id)).some((one) => one.relyingParty === relyingParty);
  if (!usable) throw new Conflict('You have no passkey for this place. Add one first.');
  await makePasskeysFactor(trx, user.id, act.at);
  await tell(trx, act, user, 'second-factor.set-up');
}

/** Somebody shows by a code that their authenticator has it: from now on it is asked for. False for any other code. */
export async function confirmOwnFactor(
  trx: Transaction,
  act: Act,
  user: Person,
  code: string,
  { nonce, pepper }: { nonce: string | undefined; pepper: string },
): Promise<boolean> {
  await act.confirm?.(trx);
  const factor = await findSecondFactor(trx, user.id);
  if (!nonce || factor?.begunNonce !== nonce) throw new Conflict('Nothing is being set up here. Begin again.');
  const secret = totpSecret(pepper, { userId: user.id, nonce });
  const step = stepOfCode(secret, code, Date.parse(act.at));
  if (step === undefined) return false;
  await confirmFactor(trx, user.id, act.at, step);
  await tell(trx, act, user, 'second-factor.set-up');
  return true;
}

export async function renewOwnCodes(trx: Transaction, act: Act, user: Person): Promise<void> {
  await act.confirm?.(trx);
  if (!(await findConfirmedFactor(trx, user.id))) throw new Conflict('You have no second factor.');
  await renewRecoveryCodes(trx, user.id);
  await tell(trx, act, user, 'second-factor.codes-renewed');
}

export async function removeOwnFactor(trx: Transaction, act: Act, user: Person): Promise<void> {
  await act.confirm?.(trx);
  if (!(await findConfirmedFactor(trx, user.id))) throw new Conflict('You have no second factor.');
  await removeFactors(trx, [user.id]);
  await stopRememberingAll(trx, [user.id]);
  await tell(trx, act, user, 'second-factor.removed');
}

async function tell(trx: Transaction, act: Act, user: Person, action: string): Promise<void> {
  await recordChanges(trx, act, [{ action, subjectType: 'user', subjectId: user.id, subjectName: user.name }]);
  const facts = { what: action, from: act.address, by: act.by.name };
  await mailNotice(trx, act, 'second-factor-changed', { userId: user.id, address: user.email }, facts);
}
