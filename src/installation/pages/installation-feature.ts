import { HOUR, MINUTE, SECOND } from '../../clock.ts';
import type { DataPlace } from '../../config.ts';
import type { Job } from '../../jobs/jobs.ts';
import type { Feature } from '../../web/feature.ts';
import { isBackupDue, makeDailyBackup } from '../backups/backups.ts';

export const BACKUP_JOB = 'Daily backup';

export const INSTALLATION: Feature = {
  jobs({ troubles, setBackClock, config, clock }) {
    const jobs: Job[] = [
      { name: 'Look for trouble', firstAfter: SECOND, every: 15 * SECOND, run: () => troubles.look() },
      { name: 'Follow the clock', firstAfter: 10 * SECOND, every: 10 * SECOND, run: () => setBackClock.follow() },
    ];
    // One that is tried out for a minute makes no backup.
    if (config.dailyBackups > 0)
      jobs.push({
        name: BACKUP_JOB,
        firstAfter: 2 * MINUTE,
        every: HOUR,
        byOne: true,
        run: () => backUpWhenDue(config, clock()),
      });
    return jobs;
  },
};

async function backUpWhenDue(config: DataPlace & { dailyBackups: number }, now: number): Promise<void> {
  if (isBackupDue(config.dataDir, now)) await makeDailyBackup(config, now, config.dailyBackups);
}
