import { type Day, dayAfter, type Instant, instant, isDay, isInstant } from '../clock.ts';
import type { Format } from '../text/format.ts';
import { cleaned, NO_DAY } from './fields.ts';

/** By whose clock a day and a time are meant. */
export type Times = Pick<Format, 'momentAt' | 'leavesOut' | 'startOf' | 'typedEnd'>;

/** The last minute that sorts as the moments do. */
const LAST: Instant = '9999-12-31T23:59:00.000Z';

const DAY_AND_TIME = /^(\d{4}-\d{2}-\d{2})(?:[ T]+(\S+))?$/;
const TIME = /^([01]?\d|2[0-3]):[0-5]\d$/;
const EXACT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/i;

const NO_TIME = 'Enter a time as HH:MM, from 00:00 to 23:59.';
const LEFT_OUT =
  'The clocks go forward over this time, so it does not exist on this day. Enter an earlier or a later one.';
const NO_MINUTE = 'Enter a moment to the minute, without seconds.';

/** A day, a day with a time, or a moment that says its zone itself: when something ends, a day with its end; null for none. */
export const endBy = (times: Times) =>
  momentBy(times, (day) => (dayAfter(day) > day ? times.startOf(dayAfter(day)) : LAST));

/** The same for when something begins: a day with its beginning. */
export const startBy = (times: Times) => momentBy(times, (day) => times.startOf(day));

/** The same clock, which takes what it shows of this moment for it: a time that comes twice may be the second of them, and who leaves it as it stands means that. */
export function keeping(times: Times, stands: Instant | null | undefined): Times {
  if (!stands) return times;
  const shown = times.typedEnd(stands);
  return { ...times, momentAt: (day, time) => (`${day} ${time}` === shown ? stands : times.momentAt(day, time)) };
}

function momentBy(times: Times, ofDay: (day: Day) => Instant) {
  const read = (text: string) => (EXACT.test(text) ? exact(text) : spoken(text, times, ofDay));
  return cleaned
    .superRefine((text, context) => {
      const found = text === '' ? LAST : read(text);
      if (!isInstant(found)) context.addIssue({ code: 'custom', message: found });
    })
    .transform((text): Instant | null => {
      if (text === '') return null;
      const found = read(text);
      return found > LAST ? LAST : found;
    });
}

/** The moment, or what is wrong. */
function exact(text: string): string {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds) || !isDay(text.slice(0, 10))) return NO_DAY;
  return milliseconds % 60_000 === 0 ? bounded(instant(milliseconds)) : NO_MINUTE;
}

function spoken(text: string, times: Times, ofDay: (day: Day) => Instant): string {
  const [, day, time] = DAY_AND_TIME.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return NO_DAY;
  if (time !== undefined && !TIME.test(time)) return NO_TIME;
  if (time === undefined) return bounded(ofDay(day));
  const shown = time.padStart(5, '0');
  return times.leavesOut(day, shown) ? LEFT_OUT : bounded(times.momentAt(day, shown));
}

/** A year has four digits in every zone. */
function bounded(moment: string): string {
  if (moment.startsWith('+')) return LAST;
  return moment.startsWith('-') ? NO_DAY : moment;
}
