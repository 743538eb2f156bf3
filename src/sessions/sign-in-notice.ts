import { HOUR } from '../clock.ts';
import type { Transaction } from '../db/database.ts';
import { mailNotice } from '../mail/outbox-store.ts';
import { countMailed } from '../mail/sent-mails.ts';
import { browserName } from '../text/browser-name.ts';
import type { User } from '../users/user.ts';
import type { Act } from '../verbs/act.ts';
import type { Tried } from './lockout-store.ts';

/** So many failures before a sign-in are told there. */
const TOLD_AT_KNOWN_DEVICE = 3;
/** A browser that keeps no cookies is new each time. */
const NEW_DEVICES_TOLD_AN_HOUR = 3;

/**
 * Who got in may be somebody who had guessed before (R27), or who comes from elsewhere: one mail tells of it. At their own device people
 * mistype, and are told of more than that only. `user` as they were before.
 */
export async function tellOfSignIn(
  trx: Transaction,
  act: Act,
  tried: Tried & { user: User },
  failures: number,
): Promise<void> {
  const { user, device, agent } = tried;
  // Somewhere it has to be the first time.
  const isNew = device === null && user.lastLoginAt !== null;
  const facts = { from: act.address, newBrowser: isNew ? browserName(agent) : '' };
  const to = { userId: user.id, address: user.email };
  if (failures >= (device === null ? 1 : TOLD_AT_KNOWN_DEVICE)) {
    await mailNotice(trx, act, 'signed-in-after-failures', to, { ...facts, attempts: String(failures) });
    return;
  }
  if (!isNew) return;
  const lately = { within: HOUR, now: act.at };
  if ((await countMailed(trx, 'signed-in-on-new-device', user.id, lately)) >= NEW_DEVICES_TOLD_AN_HOUR) return;
  await mailNotice(trx, act, 'signed-in-on-new-device', to, facts);
}
