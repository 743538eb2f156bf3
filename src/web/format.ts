import { actionWords } from '../audit/action-words.ts';
import { DAY, type Day, HOUR, type Instant, MINUTE } from '../clock.ts';
import { counted } from '../text.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

/** How pages write values. Times are UTC. */
export const format = {
  counted,
  number: (number: number) => number.toLocaleString('en'),
  day: (day: Day) => `${Number(day.slice(8, 10))} ${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`,
  time: (moment: Instant) => moment.slice(11, 16),
  action: actionWords,
  moment: (moment: Instant) => `${format.day(moment)}, ${moment.slice(11, 16)}`,
  /** A length of time in its largest whole unit. */
  duration: (milliseconds: number) => {
    const whole = (unit: number) => milliseconds >= unit && milliseconds % unit === 0;
    if (whole(DAY)) return counted(milliseconds / DAY, 'day');
    if (whole(HOUR)) return counted(milliseconds / HOUR, 'hour');
    return counted(Math.ceil(milliseconds / MINUTE), 'minute');
  },
  /** How long it is since then, in the largest unit that fits. */
  ago: (moment: Instant, now: number): string => {
    const since = now - Date.parse(moment);
    if (since < MINUTE) return 'just now';
    if (since < HOUR) return `${counted(Math.floor(since / MINUTE), 'minute')} ago`;
    if (since < DAY) return `${counted(Math.floor(since / HOUR), 'hour')} ago`;
    if (since < 2 * DAY) return 'yesterday';
    if (since < MONTH) return `${counted(Math.floor(since / DAY), 'day')} ago`;
    if (since < YEAR) return `${counted(Math.floor(since / MONTH), 'month')} ago`;
    return `${counted(Math.floor(since / YEAR), 'year')} ago`;
  },
  /** A value of an audit event. */
  value: (value: unknown): string => {
    if (value === null || value === undefined || value === '') return 'nothing';
    if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(format.value).join(', ');
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    if (typeof value === 'object')
      return Object.entries(value)
        .map(([key, one]) => `${key} ${format.value(one)}`)
        .join(', ');
    const text = String(value);
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return format.day(text);
    return /^\d{4}-\d{2}-\d{2}T/.test(text) ? format.moment(text) : text;
  },
  /** "apiOnlyReason" as words. */
  field: (name: string) => name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`),
};
