import { type Day, dayAfter, HOUR, type Instant, MINUTE } from '../clock.ts';

/** How far clocks are ahead of UTC and behind it, and in which steps. */
const AHEAD_AT_MOST = 14 * HOUR;
const BEHIND_AT_MOST = 12 * HOUR;
const STEP = 15 * MINUTE;

/** Whether the day begins at this moment by some clock: a file that was imported by one of them says the same when it is by another. */
export function isBeginningOf(day: Day | undefined, moment: Instant | null | undefined): boolean {
  if (!day || !moment) return false;
  const ahead = Date.parse(day) - Date.parse(moment);
  return ahead <= AHEAD_AT_MOST && ahead >= -BEHIND_AT_MOST && ahead % STEP === 0;
}

/** The same of its end. */
export function isEndOf(day: Day | undefined, moment: Instant | null | undefined): boolean {
  return day !== undefined && isBeginningOf(dayAfter(day), moment);
}
