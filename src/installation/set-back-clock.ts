import type { Logger } from 'pino';
import { AHEAD, type Clock, instant } from '../clock.ts';
import { type Database, isUnavailable } from '../db/database.ts';
import { hurryMailsMadeAfter } from '../mail/outbox-store.ts';
import { expireLinksMadeAfter } from '../one-time-links/one-time-link-store.ts';
import { restartLocksMadeAfter } from '../sessions/lockout-store.ts';

/**
 * Notices that the clock was set back, and sees to it that nothing made while it was ahead lasts beyond its own span: links expire, locks
 * begin anew. It is asked before each request and now and then, and looks at the data only where the clock did go back.
 */
export class SetBackClock {
  private readonly db: Database;
  private readonly clock: Clock;
  private readonly logger: Logger;
  /** The clock may have been set back while nothing ran. */
  private latest = Number.POSITIVE_INFINITY;
  private work: Promise<void> | undefined;

  constructor({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }) {
    this.db = db;
    this.clock = clock;
    this.logger = logger;
  }

  /** Resolves when the data fits the clock. Where it cannot be written now, the next call tries again. */
  async follow(): Promise<void> {
    const now = this.clock();
    if (this.latest - now > AHEAD) {
      this.latest = now;
      this.work = this.takeBack(now).finally(() => {
        this.work = undefined;
      });
    }
    this.latest = Math.max(this.latest, now);
    await this.work;
  }

  private async takeBack(now: number): Promise<void> {
    const at = instant(now);
    const after = instant(now + AHEAD);
    try {
      const [links, locks, mails] = await this.db.write(async (trx) => [
        await expireLinksMadeAfter(trx, after, at),
        await restartLocksMadeAfter(trx, after, at),
        await hurryMailsMadeAfter(trx, after, at),
      ]);
      if (links + locks + mails > 0)
        this.logger.warn({ links, locks, mails }, 'the clock was set back: links expired, locks and mails began anew');
    } catch (error) {
      this.latest = Number.POSITIVE_INFINITY;
      if (!isUnavailable(error)) throw error;
    }
  }
}
