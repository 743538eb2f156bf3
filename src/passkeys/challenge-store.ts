import { createHash, randomBytes } from 'node:crypto';
import { type Instant, instant, MINUTE } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';

/** What the signature is for: one for another is worth nothing. */
export type ChallengePurpose = 'setting up' | 'sign-in' | 'second factor' | 'confirmation';

/** In which browser, by the secret of its forms, and for what. */
export interface Asked {
  formSecret: string;
  purpose: ChallengePurpose;
}

export const CHALLENGE_LIFE = 5 * MINUTE;
/** Whoever asks without end must not fill the disk (R87). */
const KEPT = 10_000;

/** What an authenticator is to sign, in the place of what this browser asked for before. */
export async function makeChallenge(trx: Transaction, asked: Asked, now: Instant): Promise<string> {
  const challenge = randomBytes(32).toString('base64url');
  await trx('passkey_challenges').where(keyOf(asked)).orWhere('expires_at', '<=', now).delete();
  const expires_at = instant(Date.parse(now) + CHALLENGE_LIFE);
  await trx('passkey_challenges').insert({ challenge, ...keyOf(asked), expires_at });
  const oldest = trx('passkey_challenges').orderBy('id', 'desc').offset(KEPT).limit(1).select('id');
  await trx('passkey_challenges').where('id', '<=', oldest).delete();
  return challenge;
}

/** The one that waits in this browser to be signed. */
export async function findChallenge(db: Reader, asked: Asked, now: Instant): Promise<string | undefined> {
  // One from further ahead was made by a clock that has been set back since.
  const ahead = instant(Date.parse(now) + CHALLENGE_LIFE);
  const waiting = db('passkey_challenges').where(keyOf(asked)).where('expires_at', '>', now);
  return (await waiting.where('expires_at', '<=', ahead).first('challenge'))?.challenge;
}

/** The same, used up by whatever was sent with it: of any number of attempts one gets it. */
export async function takeChallenge(trx: Transaction, asked: Asked, now: Instant): Promise<string | undefined> {
  const challenge = await findChallenge(trx, asked, now);
  const ended = await trx('passkey_challenges').where(keyOf(asked)).delete();
  return ended > 0 ? challenge : undefined;
}

export async function pruneChallenges(trx: Transaction, now: Instant): Promise<void> {
  await trx('passkey_challenges').where('expires_at', '<=', now).delete();
}

function keyOf({ formSecret, purpose }: Asked) {
  return { purpose, browser: createHash('sha256').update(`passkeys of ${formSecret}`).digest('base64url') };
}
