import { DAY, type Day, HOUR, type Instant, MINUTE } from '../clock.ts';
import { counted } from '../text.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** How pages write values. Times are UTC. */
export const format = {
  counted,
  number: (number: number) => number.toLocaleString('en'),
  day: (day: Day) => `${Number(day.slice(8, 10))} ${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`,
  moment: (moment: Instant) => `${format.day(moment)}, ${moment.slice(11, 16)}`,
  /** A length of time in its largest whole unit. */
  duration: (milliseconds: number) => {
    const whole = (unit: number) => milliseconds >= unit && milliseconds % unit === 0;
    if (whole(DAY)) return counted(milliseconds / DAY, 'day');
    if (whole(HOUR)) return counted(milliseconds / HOUR, 'hour');
    return counted(Math.ceil(milliseconds / MINUTE), 'minute');
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
    return /^\d{4}-\d{2}-\d{2}T/.test(text) ? format.moment(text) : text;
  },
  /** "apiOnlyReason" as words. */
  field: (name: string) => name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`),
};
