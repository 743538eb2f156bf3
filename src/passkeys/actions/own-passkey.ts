import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { findConfirmedFactor } from '../../second-factors/second-factor-store.ts';
import type { User } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict } from '../../verbs/refusals.ts';
import type { MadePasskey } from '../ceremony.ts';
import { type Asked, makeChallenge } from '../challenge-store.ts';
import { PASSKEYS_AT_MOST, type Passkey } from '../passkey.ts';
import { findPasskeys, insertPasskey, removePasskey } from '../passkey-store.ts';

const IS_THE_FACTOR =
  'It is your second factor, and the last passkey that you have. Set up an authenticator, or add another passkey, before you remove it.';

type Person = Pick<User, 'id' | 'name' | 'email'>;

/** Begins to add a passkey of one's own, which counts for nothing until a device has made it. Throws Conflict where there are too many. */
export async function beginOwnPasskey(trx: Transaction, act: Act, user: Person, asked: Asked): Promise<void> {
  await act.confirm?.(trx);
  if ((await findPasskeys(trx, user.id)).length >= PASSKEYS_AT_MOST)
    throw new Conflict(`You have ${PASSKEYS_AT_MOST} passkeys: remove one that you no longer use.`);
  await makeChallenge(trx, asked, act.at);
}

/** A device has made it: from now on it signs in. False where somebody has it already. */
export async function addOwnPasskey(
  trx: Transaction,
  act: Act,
  user: Person,
  made: MadePasskey & Pick<Passkey, 'name' | 'relyingParty'>,
): Promise<boolean> {
  await act.confirm?.(trx);
  if (!(await insertPasskey(trx, { ...made, userId: user.id, createdAt: act.at }))) return false;
  await tell(trx, act, user, 'passkey.added', made.name);
  return true;
}

export async function removeOwnPasskey(trx: Transaction, act: Act, user: Person, passkey: Passkey): Promise<void> {
  await act.confirm?.(trx);
  const theirs = await findPasskeys(trx, user.id);
  if (!theirs.some(({ id }) => id === passkey.id)) throw new Conflict('It was removed already.');
  const others = theirs.filter(({ id, relyingParty }) => id !== passkey.id && relyingParty === passkey.relyingParty);
  if (others.length === 0 && (await findConfirmedFactor(trx, user.id))?.isByPasskeys) throw new Conflict(IS_THE_FACTOR);
  await removePasskey(trx, passkey.id);
  await tell(trx, act, user, 'passkey.removed', passkey.name);
}

/** A device said that it was used less often than before, so another one has the same key: it is told to whom it belongs. */
export function tellOfCopy(trx: Transaction, act: Act, user: Person, passkey: Passkey): Promise<void> {
  return tell(trx, act, user, 'passkey.refused', passkey.name);
}

async function tell(trx: Transaction, act: Act, user: Person, action: string, passkey: string): Promise<void> {
  const subject = { subjectType: 'user' as const, subjectId: user.id, subjectName: user.name };
  await recordChanges(trx, act, [{ action, ...subject, after: { passkey } }]);
  const facts = { what: action, from: act.address, by: act.by.name };
  await mailNotice(trx, act, 'second-factor-changed', { userId: user.id, address: user.email }, facts);
}
