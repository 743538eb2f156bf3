import { DAY, type Day, HOUR, type Instant, instant, isDay, isInstant, MINUTE } from '../clock.ts';
import { counted, grouped } from './text.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Soon after midnight the evening before is hours ago, and not yet yesterday. */
const FEW_HOURS = 6 * HOUR;
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

/** Clocks went by zones hardly sooner, and nothing that is kept is as old. */
const FIRST_IN_ZONES: Day = '1900-01-01';

/** How a date is written; where the month stands first, hours go up to twelve. */
export const DATE_STYLES = ['day', 'month', 'iso', 'dots'] as const;
export type DateStyle = (typeof DATE_STYLES)[number];

/** By which a reader's clock goes, and how they are used to dates. */
export interface Frame {
  /** As the IANA database names it; without one a moment is told in UTC, and says so. */
  zone?: string;
  dates?: DateStyle;
}

export type Format = ReturnType<typeof formatWith>;

/** How values are written, in a language and in times that the reader knows. */
function formatWith({ zone, dates = 'day' }: Frame, wall: (moment: Instant) => string) {
  const day = (date: Day) => dayInWords(date, dates);
  const time = (moment: Instant) => timeInWords(wall(moment).slice(11, 16), dates);
  const at = (moment: Instant) => `${day(wall(moment))}, ${time(moment)}`;
  const exact = (moment: Instant) => `${day(moment.slice(0, 10))}, ${timeInWords(moment.slice(11, 16), dates)} UTC`;
  const dayOf = (moment: Instant): Day => wall(moment).slice(0, 10);
  const momentAt = (date: Day, time: string): Instant => {
    const meant = Date.parse(`${date}T${time}:00.000Z`);
    if (date < FIRST_IN_ZONES) return instant(meant);
    // A clock is moved by hours at most: what it was a day before and will be a day after are all that it can be.
    const before = meant - aheadAt(meant - DAY);
    const both = [before, meant - aheadAt(meant + DAY)].toSorted((one, other) => one - other);
    // A time that comes twice is the first of them; one that is left out is told by the clock as it went until then.
    return instant(both.find((one) => wall(instant(one)).slice(0, 16) === `${date}T${time}`) ?? before);
  };
  const aheadAt = (moment: number) => Date.parse(`${wall(instant(moment)).slice(0, 16)}Z`) - moment;
  const leavesOut = (date: Day, time: string): boolean =>
    date >= FIRST_IN_ZONES && wall(momentAt(date, time)).slice(0, 16) !== `${date}T${time}`;
  const startOf = (date: Day): Instant => momentAt(date, '00:00');
  const beginsDay = (moment: Instant) => startOf(dayOf(moment)) === moment;
  const dayBefore = (moment: Instant): Day => dayOf(instant(Date.parse(moment) - MINUTE));
  const typedMoment = (moment: Instant) => wall(moment).slice(0, 16).replace('T', ' ');
  const zoned = (words: string) => (zone ? words : `${words} (UTC)`);
  let today = { of: Number.NaN, begins: 0 };
  /** A page asks it of every row, for the same moment. */
  const beginOfDay = (now: number): number => {
    if (today.of !== now) today = { of: now, begins: Date.parse(dayOf(instant(now))) };
    return today.begins;
  };
  const value = (one: unknown): string => {
    if (one === null || one === undefined || one === '') return 'nothing';
    if (Array.isArray(one)) return one.length === 0 ? 'none' : one.map(value).join(', ');
    if (typeof one === 'boolean') return one ? 'yes' : 'no';
    if (typeof one === 'object')
      return Object.entries(one)
        .map(([key, part]) => `${key} ${value(part)}`)
        .join(', ');
    const text = String(one);
    if (isDay(text)) return day(text);
    return isInstant(text) ? moment(text) : text;
  };
  const moment = (one: Instant) => (zone ? at(one) : exact(one));
  return {
    counted,
    number: grouped,
    zone: zone ?? 'UTC',
    dates,
    /** To the minute, for programs: what `time` elements hold, and our scripts make the exact moment of. */
    stamp: (one: Instant) => `${one.slice(0, 16)}Z`,
    day,
    /** When something ends: where that is the end of a day of the reader's, that day. */
    end: (one: Instant) => (beginsDay(one) ? zoned(day(dayBefore(one))) : moment(one)),
    /** The same after *until*. */
    until: (one: Instant) => (beginsDay(one) ? `the end of ${zoned(day(dayBefore(one)))}` : moment(one)),
    /** When something begins: where that is the beginning of a day of the reader's, that day. */
    start: (one: Instant) => (beginsDay(one) ? zoned(day(dayOf(one))) : moment(one)),
    /** The same as they are typed. */
    typedEnd: (one: Instant | null) => (one === null ? '' : beginsDay(one) ? dayBefore(one) : typedMoment(one)),
    typedStart: (one: Instant | null) => (one === null ? '' : beginsDay(one) ? dayOf(one) : typedMoment(one)),
    /** Above what happened on a day of the reader's. */
    heading: (date: Day) => zoned(day(date)),
    /** Under the heading of its day. */
    time,
    moment,
    /** In UTC, which everybody can compare. */
    exact,
    /** Both of them. */
    full: (one: Instant) => (zone ? `${at(one)} (${exact(one)})` : exact(one)),
    /** The reader's day on which it lies. */
    dayOf,
    /** The moment at which a day of the reader's begins. */
    startOf,
    /** The moment at which the reader's clock shows a time, HH:MM, on a day. */
    momentAt,
    /** Whether the reader's clock never shows a time on a day, as it is put forward over it. */
    leavesOut,
    /** A length of time in its largest whole unit. */
    duration: (milliseconds: number) => {
      const whole = (unit: number) => milliseconds >= unit && milliseconds % unit === 0;
      if (whole(DAY)) return counted(milliseconds / DAY, 'day');
      if (whole(HOUR)) return counted(milliseconds / HOUR, 'hour');
      return counted(Math.ceil(milliseconds / MINUTE), 'minute');
    },
    /** How long it is since then, in the largest unit that fits. Days are those of the reader's calendar. */
    ago: (one: Instant, now: number): string => {
      const since = now - Date.parse(one);
      if (since < MINUTE) return 'just now';
      if (since < HOUR) return `${counted(Math.floor(since / MINUTE), 'minute')} ago`;
      if (since >= YEAR) return `${counted(Math.floor(since / YEAR), 'year')} ago`;
      if (since >= MONTH) return `${counted(Math.floor(since / MONTH), 'month')} ago`;
      const days = Math.round((beginOfDay(now) - Date.parse(dayOf(one))) / DAY);
      if (days === 0 || since < FEW_HOURS) return `${counted(Math.floor(since / HOUR), 'hour')} ago`;
      return days === 1 ? 'yesterday' : `${counted(days, 'day')} ago`;
    },
    value,
  };
}

/** For readers of whom nothing is known: the command line, a mail to who chose nothing, a browser without scripts. */
export const format = formatWith({}, (moment) => moment);

/** More than there are zones; a browser may say that it is anywhere. */
const MOST_KEPT = 2_000;
const kept = new Map<string, Format>();

/** For readers in this frame; a zone that nobody knows is as none. */
export function formatIn(frame: Frame): Format {
  const key = `${frame.dates ?? ''} ${frame.zone ?? ''}`;
  let known = kept.get(key);
  if (!known) {
    known = made(frame);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, known);
  }
  return known;
}

function made({ zone, dates }: Frame): Format {
  const wall = zone ? wallClock(zone) : undefined;
  return wall ? formatWith({ zone, dates }, wall) : formatWith({ dates }, (moment) => moment);
}

/** What a clock on a wall in this zone shows, written like an instant without its Z. */
function wallClock(zone: string): ((moment: Instant) => string) | undefined {
  try {
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    return byDays((moment) => clock.format(moment).replace(' ', 'T'));
  } catch {
    return undefined;
  }
}

/** Since then every zone is ahead of UTC by whole minutes. */
const WHOLE_MINUTES = Date.UTC(1973, 0);
const YEARS_OF_FOUR_DIGITS = Date.UTC(9999, 0);
/** More than pages tell of. */
const MOST_DAYS = 5_000;

/**
 * The library takes as long for one moment as a row of a list for all else. On most days a clock is ahead by the same at their beginning and
 * at their end, and so in between.
 */
function byDays(exact: (moment: number) => string): (moment: Instant) => string {
  const days = new Map<number, number>();
  const aheadAt = (moment: number) => Date.parse(`${exact(moment)}Z`) - moment;
  const aheadOn = (day: number) => {
    const ahead = aheadAt(day * DAY);
    return ahead === aheadAt((day + 1) * DAY) ? ahead : Number.NaN;
  };
  return (told) => {
    const moment = Date.parse(told);
    if (!(moment >= WHOLE_MINUTES && moment < YEARS_OF_FOUR_DIGITS)) return exact(moment);
    const day = Math.floor(moment / DAY);
    let ahead = days.get(day);
    if (ahead === undefined) {
      if (days.size >= MOST_DAYS) days.clear();
      ahead = aheadOn(day);
      days.set(day, ahead);
    }
    return Number.isNaN(ahead) ? exact(moment) : instant(moment + ahead).slice(0, 16);
  };
}

function dayInWords(date: Day, style: DateStyle): string {
  if (style === 'iso') return date.slice(0, 10);
  if (style === 'dots') return `${date.slice(8, 10)}.${date.slice(5, 7)}.${date.slice(0, 4)}`;
  const [day, month, year] = [Number(date.slice(8, 10)), MONTHS[Number(date.slice(5, 7)) - 1], date.slice(0, 4)];
  return style === 'month' ? `${month} ${day}, ${year}` : `${day} ${month} ${year}`;
}

function timeInWords(time: string, style: DateStyle): string {
  if (style !== 'month') return time;
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 || 12}${time.slice(2)} ${hour < 12 ? 'AM' : 'PM'}`;
}
