const SPOKEN = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?:,?\s+(\d{1,2}:\d{2}\S*))?$/;
const TURNED = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}:[\d:.]+))?$/;
/** So programs write a day that has no time. */
const NO_TIME = /^00:00(?::00(?:\.0+)?)?$/;
const TO_THE_SECOND = /^(\d{1,2}:\d{2}):00(?:\.0+)?$/;

/**
 * A day, with its time where one follows, as YYYY-MM-DD HH:MM out of what people and spreadsheets write: "31.12.2027, 18:00",
 * "2027/12/31", "2027-12-31 00:00:00". Days between strokes whose order nobody knows, and all else, stay as they are.
 */
export function spokenDay(text: string): string {
  const [, day, month, year, spokenTime] = SPOKEN.exec(text) ?? [];
  if (year) return dayAndTime(year.length === 2 ? `20${year}` : year, month, day, spokenTime);
  const [, turnedYear, turnedMonth, turnedDay, time] = TURNED.exec(text) ?? [];
  return turnedYear ? dayAndTime(turnedYear, turnedMonth, turnedDay, time) : text;
}

function dayAndTime(year: string, month: string, day: string, time = ''): string {
  const bare = NO_TIME.test(time) ? '' : time.replace(TO_THE_SECOND, '$1');
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')} ${bare}`.trim();
}
