import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instant, MINUTE, minuteOf } from '../../src/clock.ts';
import { endBy, startBy } from '../../src/forms/moments.ts';
import { format, formatIn } from '../../src/text/format.ts';

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'UTC',
];

const read = (schema: ReturnType<typeof endBy>, text: string) => {
  const { data, error } = schema.safeParse(text);
  return error ? error.issues[0].message : data;
};
const endIn = (zone: string, text: string) => read(endBy(formatIn({ zone })), text);
const startIn = (zone: string, text: string) => read(startBy(formatIn({ zone })), text);

describe('a day and a time as somebody types them', () => {
  it.each([
    ['Europe/Berlin', '2026-11-27 18:00', '2026-11-27T17:00:00.000Z', 'in winter'],
    ['Europe/Berlin', '2026-07-03 18:00', '2026-07-03T16:00:00.000Z', 'in summer'],
    ['America/New_York', '2026-11-27 18:00', '2026-11-27T23:00:00.000Z', 'west of Greenwich'],
    ['Asia/Kathmandu', '2026-11-27 00:00', '2026-11-26T18:15:00.000Z', 'by quarters of an hour'],
    ['Pacific/Kiritimati', '2026-11-27 9:05', '2026-11-26T19:05:00.000Z', 'on the day before in UTC'],
    ['Europe/Berlin', '2026-03-29 01:59', '2026-03-29T00:59:00.000Z', 'before the clock leaves an hour out'],
    ['Europe/Berlin', '2026-03-29 03:00', '2026-03-29T01:00:00.000Z', 'after it left an hour out'],
    ['Europe/Berlin', '2026-10-25 02:30', '2026-10-25T00:30:00.000Z', 'that comes twice: the first of them'],
    ['America/New_York', '2026-11-01 01:30', '2026-11-01T05:30:00.000Z', 'that comes twice there'],
    ['Europe/Berlin', '2028-02-29 12:00', '2028-02-29T11:00:00.000Z', 'on a leap day'],
    ['Europe/Berlin', '  2026-11-27T18:00 ', '2026-11-27T17:00:00.000Z', 'as a field of a browser sends it'],
    ['Europe/Berlin', '2026-11-27T18:00:00+05:30', '2026-11-27T12:30:00.000Z', 'with a zone of their own'],
    ['Europe/Berlin', '2026-11-27T18:00Z', '2026-11-27T18:00:00.000Z', 'in UTC'],
  ])('are one moment in %s: %s', (zone, text, moment) => {
    expect([endIn(zone, text), startIn(zone, text)]).toEqual([moment, moment]);
  });

  it.each([
    ['Europe/Berlin', '2026-11-27', '2026-11-26T23:00:00.000Z', '2026-11-27T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['Europe/Berlin', '2028-02-29', '2028-02-28T23:00:00.000Z', '2028-02-29T23:00:00.000Z'],
    // Its clocks are moved at midnight: the day begins at one.
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z', '2026-09-07T03:00:00.000Z'],
    ['UTC', '9999-12-31', '9999-12-31T00:00:00.000Z', '9999-12-31T23:59:00.000Z'],
    ['America/New_York', '9999-12-31', '9999-12-31T05:00:00.000Z', '9999-12-31T23:59:00.000Z'],
  ])('without a time begin and end a day of %s: %s', (zone, day, from, until) => {
    expect([startIn(zone, day), endIn(zone, day)]).toEqual([from, until]);
  });

  it.each([
    ['soon', 'Enter a date that exists, as YYYY-MM-DD.'],
    ['2027-02-29', 'Enter a date that exists, as YYYY-MM-DD.'],
    ['2027-02-29T12:00Z', 'Enter a date that exists, as YYYY-MM-DD.'],
    [' 18:00', 'Enter a date that exists, as YYYY-MM-DD.'],
    ['2027-02-28 24:00', 'Enter a time as HH:MM, from 00:00 to 23:59.'],
    ['2027-02-28 six', 'Enter a time as HH:MM, from 00:00 to 23:59.'],
    ['2027-02-28T12:00:30Z', 'Enter a moment to the minute, without seconds.'],
  ])('are refused where there is no such moment: %s', (text, message) => {
    expect(endIn('Europe/Berlin', text)).toBe(message);
  });

  it.each([
    ['Europe/Berlin', '2026-03-29 02:00'],
    ['Europe/Berlin', '2026-03-29 2:59'],
    ['America/New_York', '2027-03-14T02:30'],
    ['Australia/Lord_Howe', '2026-10-04 02:15'],
    ['America/Santiago', '2026-09-06 00:00'],
  ])('are refused in %s where its clocks go forward over them: %s', (zone, text) => {
    const message =
      'The clocks go forward over this time, so it does not exist on this day. Enter an earlier or a later one.';
    expect([endIn(zone, text), startIn(zone, text)]).toEqual([message, message]);
  });

  it('may be left empty', () => {
    expect([endIn('Europe/Berlin', ''), startIn('Europe/Berlin', ' ')]).toEqual([null, null]);
  });

  it('come back as they were typed, in whichever zone', () => {
    const moments = fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), moments, (zone, date) => {
        const moment = minuteOf(date.getTime());
        const words = formatIn({ zone });
        const [end, start] = [words.typedEnd(moment), words.typedStart(moment)];
        // What comes twice when clocks are set back is told as its first time.
        const isTwice = (again: unknown) => again !== moment && words.moment(String(again)) === words.moment(moment);
        const [asEnd, asStart] = [endIn(zone, end), startIn(zone, start)];
        expect(asEnd === moment || isTwice(asEnd)).toBe(true);
        expect(asStart === moment || isTwice(asStart)).toBe(true);
      }),
    );
  });
});

describe('a moment told to somebody', () => {
  const berlin = formatIn({ zone: 'Europe/Berlin' });

  it('is a day where it is the end, or the beginning, of one of theirs', () => {
    expect(berlin.end('2026-11-27T23:00:00.000Z')).toBe('27 Nov 2026');
    expect(berlin.until('2026-11-27T23:00:00.000Z')).toBe('the end of 27 Nov 2026');
    expect(berlin.start('2026-11-27T23:00:00.000Z')).toBe('28 Nov 2026');
    expect(format.end('2026-11-28T00:00:00.000Z')).toBe('27 Nov 2026 (UTC)');
  });

  it('has a time everywhere else', () => {
    expect(berlin.end('2026-11-27T17:00:00.000Z')).toBe('27 Nov 2026, 18:00');
    expect(berlin.until('2026-11-27T17:00:00.000Z')).toBe('27 Nov 2026, 18:00');
    expect(formatIn({ zone: 'America/New_York' }).end('2026-11-27T23:00:00.000Z')).toBe('27 Nov 2026, 18:00');
    expect(format.end('2026-11-27T17:00:00.000Z')).toBe('27 Nov 2026, 17:00 UTC');
  });
});

it('is asked for by the minute, which answers for every moment in it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: -3, max: 3 }), (now, minutes) => {
      const end = instant(Math.floor(now / MINUTE) * MINUTE + minutes * MINUTE);
      expect(end <= minuteOf(now)).toBe(end <= instant(now));
    }),
  );
});
