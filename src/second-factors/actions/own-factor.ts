import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
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
  removeFactors,
  renewRecoveryCodes,
} from '../second-factor-store.ts';

type Person = Pick<User, 'id' | 'name' | 'email'>;

/** Begins to set up a second factor for oneself, which counts for nothing until it is confirmed. Throws Conflict where there is one. */
export async function beginOwnFactor(trx: Transaction, act: Act, user: Person): Promise<void> {
  await act.confirm?.(trx);
  if (await findConfirmedFactor(trx, user.id)) throw new Conflict('You have a second factor already.');
  await beginFactor(trx, user.id, act.at);
}

/** Somebody shows by a code that their authenticator has it: from now on it is asked for. False for any other code. */
export async function confirmOwnFactor(
  trx: Transaction,
  act: Act,
  user: Person,
  code: string,
  pepper: string,
): Promise<boolean> {
  await act.confirm?.(trx);
  const factor = await findSecondFactor(trx, user.id);
  if (!factor || factor.confirmedAt) throw new Conflict('Nothing is being set up.');
  const step = stepOfCode(totpSecret(pepper, factor), code, Date.parse(act.at));
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
