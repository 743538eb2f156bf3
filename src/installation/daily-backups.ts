import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { HOUR, MINUTE } from '../clock.ts';
import type { Config } from '../config.ts';
import { explained } from '../failure.ts';
import { isBackupDue, makeDailyBackup } from './backups.ts';

/** A server that is tried out for a minute makes none. */
const FIRST_AFTER = 2 * MINUTE;
const LOOK_EVERY = HOUR;

/** Makes a backup a day while the server runs. */
export class DailyBackups {
  /** Why the last attempt came to nothing; undefined where it did not. */
  problem: string | undefined;
  private readonly config: Config;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | undefined;

  constructor({ config, clock, logger }: { config: Config; clock: Clock; logger: Logger }) {
    this.config = config;
    this.clock = clock;
    this.logger = logger;
  }

  start(): void {
    if (this.config.dailyBackups === 0) return;
    this.timer = setTimeout(() => void this.work(), FIRST_AFTER).unref();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async work(): Promise<void> {
    await this.makeWhenDue();
    this.timer = setTimeout(() => void this.work(), LOOK_EVERY).unref();
  }

  /** Never fails: what went wrong is kept, told, and tried again later. */
  async makeWhenDue(): Promise<void> {
    const { dataDir, dailyBackups } = this.config;
    try {
      if (!isBackupDue(dataDir, this.clock())) return;
      await makeDailyBackup(dataDir, this.clock(), dailyBackups);
      this.problem = undefined;
      this.logger.info('the daily backup was made');
    } catch (error) {
      this.problem = explained(error).join(' ');
      this.logger.warn({ reason: this.problem }, 'the daily backup was not made; the next round tries again');
    }
  }
}
