/** A moment in UTC as ISO 8601 with milliseconds; such strings sort and compare as the moments do. */
export type Instant = string & { readonly kind?: 'instant' };

/** A calendar day, `YYYY-MM-DD`. Like a moment it is a text; that either is never taken for the other, the types see to. */
export type Day = string & { readonly kind?: 'day' };

/** Where the program takes the time from; the tests turn it. Milliseconds since 1970. */
export type Clock = () => number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What was made later than this from now was made by a clock that has been set back since: a time server moves one by less. */
export const AHEAD = HOUR;

const LAST_DAY: Day = '9999-12-31';

export function instant(milliseconds: number): Instant {
  return new Date(milliseconds).toISOString();
}

/** Whether a text is a moment as the program writes it, and no other text that begins like one. */
export function isInstant(text: string): boolean {
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && instant(milliseconds) === text;
}

/** Whether a text names a day that exists. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && isInstant(`${text}T00:00:00.000Z`);
}

/** The last day of four digits stays the last: what comes after it would not sort behind it. */
export function dayAfter(day: Day): Day {
  return day < LAST_DAY ? dayOf(Date.parse(day) + DAY) : LAST_DAY;
}

/**
 * The minute in which a moment lies, by its beginning. What begins or ends does so with a minute, so whatever is compared with it
 * may be asked for the minute: the answer is the same until the next one.
 */
export function minuteOf(moment: number | Instant): Instant {
  return `${(typeof moment === 'string' ? moment : instant(moment)).slice(0, 16)}:00.000Z`;
}

/** The day in UTC on which the moment lies. */
export function dayOf(moment: number | Instant): Day {
  return (typeof moment === 'string' ? moment : instant(moment)).slice(0, 10);
}
