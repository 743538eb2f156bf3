import type { Database } from '../db/database.ts';
import { Lines } from '../passwords/lines.ts';
import { TooManyRequests } from '../verbs/refusals.ts';

/** How many attempts of strangers may stand in line, on whichever accounts: about half a minute of work. */
const STRANGERS_IN_LINE = 100;
/** How many may from one known device: 20 right ones at once all get in. */
const IN_LINE_PER_DEVICE = 30;
const COME_BACK_AFTER = 30;
/** Another process may stand still with the turn that it has, its machine put to sleep for one. In milliseconds. */
const LONGEST_WAIT = 45_000;

/**
 * Where attempts to sign in stand until it is their turn. Strangers share one room, known devices have lines of their own: no crowd of
 * strangers keeps a known device out. How full the room is says nothing of any name (R24).
 */
export class SignInLines {
  private readonly db: Database;
  private readonly lines = new Lines();
  private strangers = 0;

  constructor(db: Database) {
    this.db = db;
  }

  /**
   * Does the work when it is its turn on the counter of this device of the account, null for that of strangers. Throws TooManyRequests, and DatabaseBusy
   * where its turn does not come.
   */
  async run<T>(device: string | null, account: string | number, work: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([account, device]);
    if (device === null) this.requireRoomForStranger();
    else if (this.lines.lengthOf(key) >= IN_LINE_PER_DEVICE) throw new TooManyRequests(COME_BACK_AFTER);
    if (device === null) this.strangers++;
    const until = performance.now() + LONGEST_WAIT;
    try {
      return await this.lines.run(key, () => this.db.processes.alone(`sign-in ${key}`, work, until));
    } finally {
      if (device === null) this.strangers--;
    }
  }

  requireRoomForStranger(): void {
    if (this.strangers >= STRANGERS_IN_LINE) throw new TooManyRequests(COME_BACK_AFTER);
  }
}
