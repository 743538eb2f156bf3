import { type Clock, instant } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { type Answer, credentialIdIn, readShown, requestOptions } from './ceremony.ts';
import { type Asked, makeChallenge, takeChallenge } from './challenge-store.ts';
import { passkeysOffered } from './offer.ts';
import { findPasskeyByCredential } from './passkey-store.ts';
import { relyingPartyOf } from './relying-party.ts';

interface Parts {
  db: Database;
  config: Config;
  clock: Clock;
}

/** What the browser is to ask devices for: any passkey of this place, or one of this user's. Undefined where there is none. */
export async function optionsFor({ db, config, clock }: Parts, asked: Asked, userId?: number) {
  const offered = await passkeysOffered(db.read, config, userId);
  if (!offered) return undefined;
  const challenge = await db.write((trx) => makeChallenge(trx, asked, instant(clock())));
  return requestOptions(offered.relyingParty, challenge, offered.passkeys);
}

/** What a device signed for this browser. The challenge is used up, whatever is sent. */
export async function answerTo(
  { db, config, clock }: Parts,
  asked: Asked,
  credential: string,
): Promise<Answer | undefined> {
  const relyingParty = relyingPartyOf(config);
  const challenge = await db.write((trx) => takeChallenge(trx, asked, instant(clock())));
  const passkey = await findPasskeyByCredential(db.read, credentialIdIn(credential));
  return relyingParty && readShown(relyingParty, challenge ?? '', credential, passkey);
}
