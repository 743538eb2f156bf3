import { DAY, type Day, dayOf, type Instant, instant } from '../clock.ts';
import type { Format } from '../text/format.ts';

const MORNING = '07:00';
const DAYS = 7;
/** The first Monday of 1970. */
const A_MONDAY = 4 * DAY;

/** The last Monday whose morning has come by this clock. */
export function lastMonday(now: number, format: Format): Day {
  const monday = mondayOf(format.dayOf(instant(now)));
  return morningOf(monday, format) <= instant(now) ? monday : dayOf(Date.parse(monday) - DAYS * DAY);
}

export function weekAfter(day: Day): Day {
  return dayOf(Date.parse(day) + DAYS * DAY);
}

function mondayOf(day: Day): Day {
  const since = Date.parse(day) - A_MONDAY;
  return dayOf(A_MONDAY + Math.floor(since / (DAYS * DAY)) * DAYS * DAY);
}

function morningOf(day: Day, format: Format): Instant {
  return format.momentAt(day, MORNING);
}
