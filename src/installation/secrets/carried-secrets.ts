import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config, SecretName } from '../../config.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { writeWhole } from '../data/whole-file.ts';
import { readSecrets, SECRET_NAMES, secretFile, secretsFolder } from './secrets.ts';

/** A folder with secrets of another installation is that one's. */
export function refuseOtherSecrets(config: Config, folder: string): void {
  if (isBeside(config, folder)) return;
  const there = readSecrets({ ...config, dataDir: folder, givenSecrets: {} });
  const others = SECRET_NAMES.filter((name) => there[name] !== undefined && there[name] !== config.secrets[name]);
  if (others.length > 0)
    throw new CannotStart([`${secretsFolder(folder)} holds other secrets: give another folder. Nothing was changed`]);
}

/** Copies the secrets that are kept beside the data to where it lives now. Says which are there, and which were given. */
export function takeSecretsAlong(config: Config, folder: string): { kept: SecretName[]; given: SecretName[] } {
  const given = SECRET_NAMES.filter((name) => config.givenSecrets[name] !== undefined);
  const kept = SECRET_NAMES.filter((name) => !given.includes(name) && existsSync(secretFile(config.dataDir, name)));
  if (!isBeside(config, folder) && kept.length > 0) {
    mkdirSync(secretsFolder(folder), { recursive: true, mode: 0o700 });
    // Each whole: half of one would be another secret for the move that goes on after this one.
    for (const name of kept)
      writeWhole(secretFile(folder, name), readFileSync(secretFile(config.dataDir, name), 'utf8'));
  }
  return { kept, given };
}

function isBeside({ dataDir }: Config, folder: string): boolean {
  return resolve(folder) === resolve(dataDir);
}
