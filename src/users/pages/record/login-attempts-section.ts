import type { Instant } from '../../../clock.ts';
import type { Reader } from '../../../db/database.ts';
import {
  type Counter,
  findCounters,
  LOCKS_BEFORE_PERMANENT,
  lockDuration,
  PERMANENTLY,
} from '../../../sessions/lockout-store.ts';
import { findLoginAttempts } from '../../../sessions/login-attempt-store.ts';
import { browserName } from '../../../text/browser-name.ts';

const ATTEMPTS_SHOWN = 10;

/** What the record tells of failed sign-ins: each counter with its lock and what ends it, and the latest attempts. */
export async function loginAttemptsSection(db: Reader, userId: number, limit: number, now: Instant) {
  const counters = (await findCounters(db, userId)).map((counter) => explained(counter, limit, now));
  const attempts = await findLoginAttempts(db, userId, ATTEMPTS_SHOWN);
  return {
    counters,
    locked: counters.filter((counter) => counter.isLocked),
    attempts: attempts.map((attempt) => ({
      ...attempt,
      browser: browserName(attempt.agent),
      isKnown: attempt.device !== null,
      isCounted: attempt.outcome !== 'while locked',
      isForGood: attempt.lockedUntil === PERMANENTLY,
    })),
  };
}

function explained(counter: Counter, limit: number, now: Instant) {
  const { lockedUntil, attemptsInAll } = counter;
  const isOver = lockedUntil !== null && lockedUntil <= now;
  return {
    ...counter,
    // After a lock the count starts anew.
    attempts: isOver ? 0 : counter.attempts,
    limit,
    isKnown: counter.device !== null,
    browser: browserName(counter.agent),
    isLocked: lockedUntil !== null && lockedUntil > now,
    isForGood: lockedUntil === PERMANENTLY,
    /** How many more there may be in all, until waiting ends the lock no more. */
    left: Math.max(0, limit * LOCKS_BEFORE_PERMANENT - attemptsInAll),
    nextWait: lockDuration(counter.step),
  };
}
