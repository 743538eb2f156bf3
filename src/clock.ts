/** A moment in UTC as ISO 8601 with milliseconds; such strings sort and compare as the moments do. */
export type Instant = string;

/** A calendar day, `YYYY-MM-DD`. */
export type Day = string;

/** Where the program takes the time from; the tests turn it. Milliseconds since 1970. */
export type Clock = () => number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What was made later than this from now was made by a clock that has been set back since: a time server moves one by less. */
export const AHEAD = HOUR;

export function instant(milliseconds: number): Instant {
  return new Date(milliseconds).toISOString();
}

export function dayAfter(day: Day): Day {
  return dayOf(Date.parse(day) + DAY);
}

/** The day in UTC on which the moment lies. */
export function dayOf(moment: number | Instant): Day {
  return (typeof moment === 'string' ? moment : instant(moment)).slice(0, 10);
}
