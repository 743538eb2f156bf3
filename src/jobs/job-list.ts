import { headLog } from '../audit/head-log.ts';
import { tellRefusals } from '../audit/refusal-store.ts';
import { pruneDrafts } from '../bulk-operations/bulk-operation-store.ts';
import { DAY, HOUR, instant, MINUTE, SECOND } from '../clock.ts';
import { isBackupDue, makeDailyBackup } from '../installation/backups.ts';
import { pruneNotices } from '../mail/outbox-store.ts';
import { KNOWN_FOR } from '../sessions/known-devices.ts';
import { pruneDeviceCounters } from '../sessions/lockout-store.ts';
import { pruneSessions } from '../sessions/session-store.ts';
import { pruneUserChanges } from '../users/user-index.ts';
import { pruneAddressLimits } from '../web/address-limiter.ts';
import type { AppContext } from '../web/app-context.ts';
import type { Job } from './jobs.ts';

export const BACKUP_JOB = 'Daily backup';

/** Everything that runs now and then. */
export function jobsOf(app: AppContext): Job[] {
  const jobs = [
    { name: 'Look for trouble', firstAfter: SECOND, every: 15 * SECOND, run: () => app.troubles.look() },
    { name: 'Follow the clock', firstAfter: 10 * SECOND, every: 10 * SECOND, run: () => app.setBackClock.follow() },
    { name: 'Log the head of the audit', firstAfter: MINUTE, every: HOUR, run: headLog(app) },
    { name: 'Tell of repeated refusals', firstAfter: MINUTE, every: MINUTE, run: () => tell(app) },
    { name: 'Remove what has ended', firstAfter: 10 * MINUTE, every: 10 * MINUTE, run: () => prune(app) },
  ];
  // One that is tried out for a minute makes no backup.
  const backup = { name: BACKUP_JOB, firstAfter: 2 * MINUTE, every: HOUR, run: () => backUpWhenDue(app) };
  return app.config.dailyBackups > 0 ? [...jobs, backup] : jobs;
}

async function tell({ db, clock, config }: AppContext): Promise<void> {
  const now = instant(clock());
  await db.write((trx) => tellRefusals(trx, config.secrets.audit, now));
}

async function prune({ db, clock }: AppContext): Promise<void> {
  const now = clock();
  await db.write(async (trx) => {
    await pruneSessions(trx, instant(now));
    await pruneAddressLimits(trx, instant(now));
    await pruneDeviceCounters(trx, instant(now - KNOWN_FOR));
    await pruneUserChanges(trx);
    await pruneDrafts(trx, instant(now - DAY));
    await pruneNotices(trx, instant(now));
  });
}

async function backUpWhenDue({ config, clock }: AppContext): Promise<void> {
  const now = clock();
  if (isBackupDue(config.dataDir, now)) await makeDailyBackup(config.dataDir, now, config.dailyBackups);
}
