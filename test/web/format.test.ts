import { describe, expect, it } from '@jest/globals';
import { DAY, HOUR, instant, MINUTE } from '../../src/clock.ts';
import { initials, tint } from '../../src/text/avatar.ts';
import { format, formatIn } from '../../src/text/format.ts';
import { marking, searchedWords } from '../../src/text/text.ts';
import { Chance } from '../support/chance.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

describe('a moment that has passed', () => {
  it.each([
    [-MINUTE, 'just now'],
    [59_999, 'just now'],
    [MINUTE, '1 minute ago'],
    [HOUR - 1, '59 minutes ago'],
    [HOUR, '1 hour ago'],
    [12 * HOUR, '12 hours ago'],
    [12 * HOUR + 1, 'yesterday'],
    [36 * HOUR, 'yesterday'],
    [36 * HOUR + 1, '2 days ago'],
    [29 * DAY, '29 days ago'],
    [30 * DAY, '1 month ago'],
    [364 * DAY, '12 months ago'],
    [365 * DAY, '1 year ago'],
    [800 * DAY, '2 years ago'],
  ])('of %i ms is said as %s', (since, words) => {
    expect(format.ago(instant(NOW - since), NOW)).toBe(words);
  });

  it('is yesterday by the calendar of the reader, but for the evening of a short night', () => {
    const berlin = formatIn({ zone: 'Europe/Berlin' });
    const at = Date.parse('2026-11-22T23:30:00Z');
    const moment = '2026-11-22T14:00:00.000Z';
    expect([format.ago(moment, at), berlin.ago(moment, at)]).toEqual(['9 hours ago', 'yesterday']);
    expect(berlin.ago('2026-11-22T21:30:00.000Z', at)).toBe('2 hours ago');
  });
});

describe('a moment', () => {
  const MOMENT = '2026-11-22T23:05:00.000Z';

  it('is told in the zone of the reader, and in UTC where that is not known', () => {
    const berlin = formatIn({ zone: 'Europe/Berlin' });
    expect(berlin.moment(MOMENT)).toBe('23 Nov 2026, 00:05');
    expect(berlin.full(MOMENT)).toBe('23 Nov 2026, 00:05 (22 Nov 2026, 23:05 UTC)');
    expect(berlin.exact(MOMENT)).toBe('22 Nov 2026, 23:05 UTC');
    expect(berlin.time(MOMENT)).toBe('00:05');
    expect(berlin.dayOf(MOMENT)).toBe('2026-11-23');
    expect(berlin.value({ until: MOMENT })).toBe('until 23 Nov 2026, 00:05');
    for (const zone of [undefined, '', 'Europe/Nowhere', '<script>'])
      expect(formatIn({ zone }).moment(MOMENT)).toBe('22 Nov 2026, 23:05 UTC');
  });

  it('has the month first for those who are used to that', () => {
    const american = formatIn({ zone: 'America/New_York', dates: 'month' });
    expect(american.moment(MOMENT)).toBe('Nov 22, 2026, 6:05 PM');
    expect(american.moment('2026-11-22T05:00:00.000Z')).toBe('Nov 22, 2026, 12:00 AM');
    expect(american.moment('2026-11-22T17:00:00.000Z')).toBe('Nov 22, 2026, 12:00 PM');
    const dotted = formatIn({ zone: 'America/New_York', dates: 'dots' });
    expect([dotted.moment(MOMENT), dotted.day('2026-01-02')]).toEqual(['22.11.2026, 18:05', '02.01.2026']);
    const iso = formatIn({ dates: 'iso' });
    expect([iso.moment(MOMENT), iso.end('2026-01-03T00:00:00.000Z')]).toEqual([
      '2026-11-22, 23:05 UTC',
      '2026-01-02 (UTC)',
    ]);
    expect(formatIn({ dates: 'month' }).moment(MOMENT)).toBe('Nov 22, 2026, 11:05 PM UTC');
  });

  it.each([
    ['Europe/Berlin', '2026-11-22', '2026-11-21T23:00:00.000Z'],
    ['Europe/Berlin', '2026-07-01', '2026-06-30T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z'],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00.000Z'],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z'],
    ['Pacific/Auckland', '2026-11-22', '2026-11-21T11:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-22', '2026-11-21T18:15:00.000Z'],
    ['', '2026-11-22', '2026-11-22T00:00:00.000Z'],
  ])('begins a day in %s: %s', (zone, day, begin) => expect(formatIn({ zone }).startOf(day)).toBe(begin));
});

describe('the clock of a zone', () => {
  it.each([
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Africa/Monrovia',
  ])('shows at every moment what the library says: %s', (zone) => {
    const library = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    const { dayOf, moment } = formatIn({ zone, dates: 'iso' });
    const wrong: number[] = [];
    const look = (at: number) => {
      const [date, time] = library.format(at).split(' ');
      if (dayOf(instant(at)) !== date || moment(instant(at)) !== `${date}, ${time}`) wrong.push(at);
    };
    // Around each change of the clock in three years, the hours of the days on which it is changed, and moments of all times.
    for (const year of [1972, 2011, 2026])
      for (let at = Date.UTC(year, 0); at < Date.UTC(year + 1, 0); at += 7 * HOUR) look(at);
    for (let at = Date.UTC(2026, 2, 28); at < Date.UTC(2026, 3, 6); at += 20 * MINUTE) look(at - 1_000);
    for (let at = Date.UTC(2011, 11, 29); at < Date.UTC(2012, 0, 1); at += 20 * MINUTE) look(at);
    const chance = new Chance(3);
    for (let n = 0; n < 500; n++) look(chance.below(Date.UTC(2060, 0)) - Date.UTC(1990, 0));
    expect(wrong).toEqual([]);
  });
});

describe('what a search found', () => {
  const marked = (text: string, q: string) =>
    marking(searchedWords(q))(text)
      .map((part) => (part.isMatch ? `[${part.text}]` : part.text))
      .join('');

  it.each([
    ['maria@example.com', 'MAR', '[mar]ia@example.com'],
    ['María Müller', 'muller maria', '[María Müller]'],
    ['maria@example.com', 'example com', 'maria@[example.com]'],
    ['anna-maria <a.b>', 'anna a b', '[anna]-maria <a.[b]>'],
    ['Straße 1', 'strasse', '[Straße] 1'],
    ['Straße 1', 's', '[S]traße 1'],
    ['e\u0301lan', 'el', '[e\u0301l]an'],
    ['e\u0301lan', 'e', '[e\u0301]lan'],
    ['हिन्दी', 'ह', '[हि]न्दी'],
    ['👩‍👩‍👧 👩🏽', '👧', '[👩‍👩‍👧] 👩🏽'],
    ['a 👩🏽 b', '👩', 'a [👩🏽] b'],
    ['anan', 'ana', '[ana]n'],
    ['a  b', 'x', 'a  b'],
    ['<b>', 'b', '<[b]>'],
    ['👩‍👩‍👧 mar', 'mar', '👩‍👩‍👧 [mar]'],
    ['whatever', '', 'whatever'],
    ['', 'a', ''],
  ])('in %s under %s is marked as it is written: %s', (text, q, expected) => {
    expect(marked(text, q)).toBe(expected);
  });

  it('is marked once in all texts of a row, where it stands first', () => {
    const found = marking([['a'], ['meier'], ['org']]);
    const marked = ['anna.meier', 'anna.meier@example.org', 'Anna'].map((text) =>
      found(text).flatMap((part) => (part.isMatch ? [part.text] : [])),
    );
    expect(marked).toEqual([['a', 'meier'], ['org'], []]);
  });
});

describe('an avatar', () => {
  it.each([
    ['maria', 'M'],
    ['maria.schmidt', 'MS'],
    ['Maria Elena Schmidt', 'ME'],
    ['مريم', 'م'],
    ['<img src=x>', 'S'],
    ['anna (extern)', 'A'],
    ['(extern)', 'E'],
    ['\u202Eevil', 'E'],
    ['\u0301\u0308zoe', 'Z'],
    ['👩‍👩‍👧 🦊', '👩‍👩‍👧'],
    ['<>', '<'],
    ['\u200B\u200D', '?'],
  ])('of %s says %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });

  it('has one of twelve colours, by the id alone', () => {
    expect(new Set(Array.from({ length: 100 }, (_, id) => tint(id))).size).toBe(12);
    expect(tint(14)).toBe(tint(2));
  });
});
