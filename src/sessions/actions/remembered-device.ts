import { recordChanges } from '../../audit/audit-store.ts';
import { instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import type { User } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import { REMEMBERED_FOR, rememberDevice, stopRemembering } from '../known-device-store.ts';

type Person = Pick<User, 'id' | 'name' | 'passwordSetAt'>;

/** Somebody who shows their second factor wants this device to be asked for the password alone. Returns what the browser keeps. */
export async function rememberOwnDevice(
  trx: Transaction,
  act: Act,
  user: Person,
  from: { device: string; agent: string },
): Promise<string> {
  const token = await rememberDevice(trx, user, { ...from, address: act.address }, act.at);
  await record(trx, act, user, 'device.remembered', { until: instant(Date.parse(act.at) + REMEMBERED_FOR) });
  return token;
}

/** The second factor is asked for there again. False where it was already. */
export async function forgetDevice(trx: Transaction, act: Act, user: Person, id: number): Promise<boolean> {
  await act.confirm?.(trx);
  const isForgotten = await stopRemembering(trx, user.id, id);
  if (isForgotten) await record(trx, act, user, 'device.forgotten', {});
  return isForgotten;
}

function record(trx: Transaction, act: Act, user: Person, action: string, after: object): Promise<void> {
  return recordChanges(trx, act, [
    { action, subjectType: 'user', subjectId: user.id, subjectName: user.name, after: { ...after } },
  ]);
}
