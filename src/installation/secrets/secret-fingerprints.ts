import { createHmac } from 'node:crypto';
import { SECRET_SETTINGS, type SecretName, type Secrets, type Settings } from '../../config.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { SECRET_NAMES, secretFile } from './secrets.ts';

/** What dies with each secret, for whoever has lost it. */
export const LOSSES: Record<SecretName, string> = {
  session: 'everybody has to sign in anew',
  pepper: 'no password can be verified, and everybody needs a link to choose a new one',
  link: 'open invitations and reset links are dead, and webhooks are disabled and need new secrets',
  audit: 'what the audit tells up to now can no longer be verified',
};

/** Tells secrets apart without telling them: they are long and random, so nobody finds one by trying. */
function fingerprintOf(name: SecretName, secret: string): string {
  return createHmac('sha256', secret).update(`roster ${name}`).digest('base64url').slice(0, 22);
}

/**
 * What keeps these secrets from being those that the data was made with, a line each. Data that was made before there were fingerprints
 * names none; then a secret must at least be there where there are users.
 */
export async function secretProblems(
  db: Reader,
  { dataDir, givenSecrets }: Pick<Settings, 'dataDir' | 'givenSecrets'>,
  secrets: Partial<Secrets>,
): Promise<string[]> {
  const known = await findFingerprints(db);
  const isUsed = (await db.schema.hasTable('users')) && (await db('users').first('id')) !== undefined;
  return SECRET_NAMES.flatMap((name) => {
    const secret = secrets[name];
    const place = givenSecrets[name] === undefined ? secretFile(dataDir, name) : SECRET_SETTINGS[name];
    if (secret === undefined)
      return known.has(name) || isUsed ? [`${place} is missing: without it ${LOSSES[name]}`] : [];
    const isKnown = !known.has(name) || known.get(name) === fingerprintOf(name, secret);
    return isKnown ? [] : [`${place} is not the one this data was made with: with it ${LOSSES[name]}`];
  });
}

async function findFingerprints(db: Reader): Promise<Map<string, string>> {
  if (!(await db.schema.hasTable('secret_fingerprints'))) return new Map();
  return new Map((await db('secret_fingerprints')).map((row) => [row.name, row.fingerprint]));
}

/** Whether every secret has been noted. */
export async function areFingerprintsKept(db: Reader): Promise<boolean> {
  return (await findFingerprints(db)).size === SECRET_NAMES.length;
}

/** From now on these are the secrets of the data. */
export async function keepFingerprints(trx: Transaction, secrets: Secrets): Promise<void> {
  const rows = SECRET_NAMES.map((name) => ({ name, fingerprint: fingerprintOf(name, secrets[name]) }));
  await trx('secret_fingerprints').insert(rows).onConflict('name').merge();
}
