import type { Activity } from '../../access/activity.ts';
import type { StateFacts } from '../user-state.ts';

const ACTIVITIES: readonly Activity[] = ['active', 'deactivated', 'deleted'];
const MOMENTS = [
  'invitationExpiresAt',
  'lockedUntil',
  'expiresAt',
  'lastLoginAt',
  'lastSeenAt',
  'confirmedAt',
] as const satisfies (keyof StateFacts)[];
const FIRST_SIZE = 1024;

/** The facts of every user by id, in some fifty bytes each. */
export class FactTable {
  private size = FIRST_SIZE;
  /** 0 where there is no such user, else 1 + the number of the activity. */
  private activities = new Uint8Array(FIRST_SIZE);
  private apiOnly = new Uint8Array(FIRST_SIZE);
  private hasPassword = new Uint8Array(FIRST_SIZE);
  private invitationFailed = new Uint8Array(FIRST_SIZE);
  private linkedToAccount = new Uint8Array(FIRST_SIZE);
  private moments = new Float64Array(FIRST_SIZE * MOMENTS.length);

  /** One more than the highest id that may be there. */
  get end(): number {
    return this.size;
  }

  set(id: number, facts: StateFacts): void {
    if (id >= this.size) this.grow(id);
    this.activities[id] = 1 + ACTIVITIES.indexOf(facts.activity);
    this.apiOnly[id] = Number(facts.apiOnly);
    this.hasPassword[id] = Number(facts.hasPassword);
    this.invitationFailed[id] = Number(facts.invitationFailed);
    this.linkedToAccount[id] = Number(facts.linkedToAccount);
    for (let n = 0; n < MOMENTS.length; n++) this.moments[id * MOMENTS.length + n] = facts[MOMENTS[n]];
  }

  /** Whether there is such a user, who is not deleted. */
  isListed(id: number): boolean {
    const activity = this.activities[id];
    return activity > 0 && ACTIVITIES[activity - 1] !== 'deleted';
  }

  /** Writes the user's facts into `facts`, which saves an object per user; false where there is no such user. */
  read(id: number, facts: StateFacts): boolean {
    const activity = this.activities[id];
    if (!activity) return false;
    const at = id * MOMENTS.length;
    facts.activity = ACTIVITIES[activity - 1];
    facts.apiOnly = this.apiOnly[id] === 1;
    facts.hasPassword = this.hasPassword[id] === 1;
    facts.invitationFailed = this.invitationFailed[id] === 1;
    facts.linkedToAccount = this.linkedToAccount[id] === 1;
    facts.invitationExpiresAt = this.moments[at];
    facts.lockedUntil = this.moments[at + 1];
    facts.expiresAt = this.moments[at + 2];
    facts.lastLoginAt = this.moments[at + 3];
    facts.lastSeenAt = this.moments[at + 4];
    facts.confirmedAt = this.moments[at + 5];
    return true;
  }

  private grow(id: number): void {
    while (this.size <= id) this.size *= 2;
    this.activities = grown(this.activities, new Uint8Array(this.size));
    this.apiOnly = grown(this.apiOnly, new Uint8Array(this.size));
    this.hasPassword = grown(this.hasPassword, new Uint8Array(this.size));
    this.invitationFailed = grown(this.invitationFailed, new Uint8Array(this.size));
    this.linkedToAccount = grown(this.linkedToAccount, new Uint8Array(this.size));
    this.moments = grown(this.moments, new Float64Array(this.size * MOMENTS.length));
  }
}

function grown<T extends Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
