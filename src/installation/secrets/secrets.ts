import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, SECRET_SETTINGS, type SecretName, type Secrets, type Settings } from '../../config.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { SHORTEST_SECRET } from '../../settings/setting-shapes.ts';
import { reasonOf, SECRETS_FOLDER } from '../data/data-folder.ts';
import { writeWhole } from '../data/whole-file.ts';

export const SECRET_NAMES = Object.keys(SECRET_SETTINGS) as SecretName[];

export function secretsFolder(dataDir: string): string {
  return join(dataDir, SECRETS_FOLDER);
}

/** Where a secret is kept that is not given by the settings. */
export function secretFile(dataDir: string, name: SecretName): string {
  return join(secretsFolder(dataDir), SECRET_SETTINGS[name].toLowerCase().replaceAll('_', '-'));
}

/** The secrets that are given, and those that are kept; what is neither is left out. Throws CannotStart for one that cannot be read. */
export function readSecrets({ dataDir, givenSecrets }: Settings): Partial<Secrets> {
  const found = { ...givenSecrets };
  for (const name of SECRET_NAMES) {
    const file = secretFile(dataDir, name);
    if (found[name] === undefined && existsSync(file)) found[name] = readSecret(file);
  }
  return found;
}

function readSecret(file: string): string {
  let secret: string;
  try {
    secret = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CannotStart([`${file} cannot be read (${reasonOf(error)})`]);
  }
  if (secret.length < SHORTEST_SECRET)
    throw new CannotStart([`${file} holds no secret of at least ${SHORTEST_SECRET} characters`]);
  return secret;
}

/** The settings with every secret. One that is neither given nor kept is made now, readable by this user alone. */
export function withSecrets(settings: Settings): Config {
  const found = readSecrets(settings);
  const { dataDir } = settings;
  for (const name of SECRET_NAMES) found[name] ??= makeSecret(secretFile(dataDir, name), secretsFolder(dataDir));
  return { ...settings, secrets: found as Secrets };
}

function makeSecret(file: string, folder: string): string {
  const secret = randomBytes(48).toString('base64url');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeWhole(file, `${secret}\n`);
  } catch (error) {
    throw new CannotStart([`${file} cannot be written (${reasonOf(error)})`]);
  }
  return secret;
}
