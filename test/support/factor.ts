import { generateSync } from 'otplib';
import type { Person } from '../../seeds/cast.ts';
import { recoveryCodes, totpSecret } from '../../src/second-factors/factor-codes.ts';
import {
  beginFactor,
  confirmFactor,
  findSecondFactor,
  removeFactors,
} from '../../src/second-factors/second-factor-store.ts';
import type { TestApp } from './app.ts';

/** Gives somebody a second factor, as if they had set it up long ago. */
export function giveFactor(app: TestApp, person: Person): Promise<void> {
  return giveFactorTo(app, app.people[person]);
}

export async function giveFactorTo(app: TestApp, id: number): Promise<void> {
  const at = '2026-11-01T12:00:00.000Z';
  await app.db.write(async (trx) => {
    await removeFactors(trx, [id]);
    await beginFactor(trx, id, at);
    await confirmFactor(trx, id, at, 0);
  });
}

/** What the authenticator of somebody shows at this moment, or showed so many milliseconds ago. */
export async function codeOf(app: TestApp, person: Person, ago = 0): Promise<string> {
  const factor = await findSecondFactor(app.db.read, app.people[person]);
  return codeFor(totpSecret(app.config.secrets.pepper, factor!), app.clock.now() - ago);
}

/** What an authenticator shows that was given this secret, as it stands on the page. */
export function codeFor(secret: string, now: number): string {
  return generateSync({ secret: secret.replaceAll(' ', ''), epoch: Math.floor(now / 1_000) });
}

export async function recoveryCodesOf(app: TestApp, person: Person): Promise<string[]> {
  const factor = await findSecondFactor(app.db.read, app.people[person]);
  return recoveryCodes(app.config.secrets.pepper, { userId: factor!.userId, nonce: factor!.recoveryNonce! });
}
