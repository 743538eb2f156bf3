import type { Logger } from 'pino';
import { type Clock, DAY, HOUR } from '../clock.ts';
import { counted } from '../text/text.ts';

/** A time server that sets a clock right moves it by less. */
const LEAST_JUMP = HOUR;
/** For so long administrators are told of it. */
const TOLD_FOR = DAY;

/** Notices when the clock of the machine jumps: what expires is decided by it. */
export class ClockWatch {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private last: { clock: number; steady: number };
  private jump: { words: string; clock: number; steady: number } | undefined;

  constructor({ clock, logger }: { clock: Clock; logger: Logger }) {
    this.clock = clock;
    this.logger = logger;
    this.last = this.now();
  }

  /** The last jump in a sentence, for a day. Looks for a new one since the last call. */
  look(): string | undefined {
    const now = this.now();
    const by = now.clock - this.last.clock - (now.steady - this.last.steady);
    this.last = now;
    if (Math.abs(by) >= LEAST_JUMP) {
      const words = `The clock of this machine jumped ${by > 0 ? 'ahead' : 'back'} by about ${counted(Math.round(Math.abs(by) / HOUR), 'hour')}: expiry, locks and links follow it. Set it right if it is wrong.`;
      this.jump = { words, ...now };
      this.logger.warn({ milliseconds: by }, words);
    }
    return this.jump && now.steady - this.jump.steady < TOLD_FOR ? this.jump.words : undefined;
  }

  /** The last jump, and the moment to which it went. Looks as well. */
  lastJump(): { words: string; at: number } | undefined {
    this.look();
    return this.jump && { words: this.jump.words, at: this.jump.clock };
  }

  private now() {
    return { clock: this.clock(), steady: performance.now() };
  }
}
