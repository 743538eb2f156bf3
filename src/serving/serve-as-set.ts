import { isSetUp } from '../access/administrators.ts';
import { EVERYTHING } from '../access/rights.ts';
import type { AppContext } from '../app-context.ts';
import { ConfigError, readSettings } from '../config.ts';
import { explained, fail } from '../failure.ts';
import { passwordProblem, personalWords } from '../passwords/password.ts';
import { createFirstAdministrator } from '../setup/actions/first-administrator.ts';
import { programAct } from '../verbs/program-act.ts';
import { Gone } from '../verbs/refusals.ts';
import { serve } from './serve.ts';

/** Serves as the settings say, until a signal comes; ends the process where they do not let it. */
export async function serveAsSet(): Promise<void> {
  try {
    await serve(readSettings(), { beforeListen: createAdministratorFromSettings });
  } catch (error) {
    fail(explained(error));
  }
}

async function createAdministratorFromSettings({ db, config, hasher, actSettings }: AppContext): Promise<void> {
  const given = config.administrator;
  if (!given || (await isSetUp(db.read))) return;
  const problem = await passwordProblem(given.password, personalWords(given, config.instanceName));
  if (problem) throw new ConfigError([`ADMIN_PASSWORD will not do. ${problem}`]);
  const act = programAct(actSettings, { name: 'setup', rights: EVERYTHING, requestId: 'start' });
  const passwordHash = await hasher.hash(given.password);
  await createFirstAdministrator(db, act, { ...given, passwordHash }).catch((error) => {
    // Another process that begins as well has made them.
    if (error instanceof Gone) return;
    throw new ConfigError([`ADMIN_NAME, ADMIN_EMAIL: ${error.message}`]);
  });
}
