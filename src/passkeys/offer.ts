import type { Config } from '../config.ts';
import type { Reader } from '../db/database.ts';
import type { Passkey } from './passkey.ts';
import { findPasskeys, isAnyPasskey } from './passkey-store.ts';
import { type RelyingParty, relyingPartyOf } from './relying-party.ts';

/** By which passkeys the sign-in may ask for one: anybody's, or at the second step those of this user. Undefined where there are none. */
export async function passkeysOffered(
  db: Reader,
  config: Config,
  userId?: number,
): Promise<{ relyingParty: RelyingParty; passkeys: Passkey[] } | undefined> {
  const relyingParty = relyingPartyOf(config);
  if (!relyingParty) return undefined;
  if (userId === undefined)
    return (await isAnyPasskey(db, relyingParty.id)) ? { relyingParty, passkeys: [] } : undefined;
  const passkeys = (await findPasskeys(db, userId)).filter((one) => one.relyingParty === relyingParty.id);
  return passkeys.length > 0 ? { relyingParty, passkeys } : undefined;
}
