import { recordChanges } from '../../audit/audit-store.ts';
import type { Settings } from '../../config.ts';
import { openDatabase } from '../../db/database.ts';
import { lockServer } from '../../db/server-lock.ts';
import { actSettings } from '../../verbs/act.ts';
import { commandLineAct } from '../../verbs/program-act.ts';
import { disableAll } from '../../webhooks/webhook-store.ts';
import { requireData } from '../data/data-folder.ts';
import { refuseMoved } from '../data/moved-mark.ts';
import { keepFingerprints, LOSSES, secretProblems } from './secret-fingerprints.ts';
import { readSecrets, withSecrets } from './secrets.ts';

/**
 * Takes the secrets that are there for those of the data from now on, and makes those that are missing. Returns what that costs, a line each;
 * nothing is done where they are the right ones. Throws CannotStart while a server runs.
 */
export async function acceptSecrets(settings: Settings): Promise<string[]> {
  requireData(settings);
  const lock = await lockServer(settings);
  const db = openDatabase(settings.dataDir, settings.databaseUrl);
  try {
    await refuseMoved(db.read);
    const problems = await secretProblems(db.read, settings, readSecrets(settings));
    if (problems.length === 0) return [];
    const config = withSecrets(settings);
    await db.write(async (trx) => {
      if (problems.some((problem) => problem.endsWith(LOSSES.link)))
        await disableAll(trx, 'its secret is another now, as LINK_SECRET is: make a new one');
      await keepFingerprints(trx, config.secrets);
      const after = { costs: problems };
      await recordChanges(trx, commandLineAct(actSettings(config)), [
        { action: 'system.secrets-accepted', subjectType: 'system', subjectId: null, subjectName: 'Roster', after },
      ]);
    });
    return problems;
  } finally {
    await db.close();
    lock.release();
  }
}
