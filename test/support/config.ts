import { type Config, readSettings } from '../../src/config.ts';
import { withSecrets } from '../../src/installation/secrets/secrets.ts';

/** Everybody of the cast has it. */
export const PASSWORD = 'four quiet grey herons';

const SECRETS = {
  SESSION_SECRET: 'session secret of the tests, long enough',
  PASSWORD_PEPPER: 'pepper of the tests, which is long enough',
  LINK_SECRET: 'link secret of the tests, which is long enough',
  AUDIT_SECRET: 'audit secret of the tests, also long enough',
};

export function testConfig(folder: string, settings: Record<string, string> = {}): Config {
  const config = withSecrets(readSettings({ ...SECRETS, DATA_DIR: folder, LOG_LEVEL: 'info', ...settings }, ''));
  return { ...config, passwordCost: 4 };
}
