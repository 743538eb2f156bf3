import { describe, expect, it } from '@jest/globals';
import { DAY, HOUR, instant, MINUTE } from '../../src/clock.ts';
import { fold, matches } from '../../src/text.ts';
import { initials, tint } from '../../src/users/avatar.ts';
import { format } from '../../src/web/format.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

describe('a moment that has passed', () => {
  it.each([
    [-MINUTE, 'just now'],
    [59_999, 'just now'],
    [MINUTE, '1 minute ago'],
    [HOUR - 1, '59 minutes ago'],
    [HOUR, '1 hour ago'],
    [DAY - 1, '23 hours ago'],
    [DAY, 'yesterday'],
    [2 * DAY, '2 days ago'],
    [29 * DAY, '29 days ago'],
    [30 * DAY, '1 month ago'],
    [364 * DAY, '12 months ago'],
    [365 * DAY, '1 year ago'],
    [800 * DAY, '2 years ago'],
  ])('of %i ms is said as %s', (since, words) => {
    expect(format.ago(instant(NOW - since), NOW)).toBe(words);
  });
});

describe('what a search found', () => {
  const marked = (text: string, q: string) =>
    matches(text, fold(q).split(' ').filter(Boolean))
      .map((part) => (part.isMatch ? `[${part.text}]` : part.text))
      .join('');

  it.each([
    ['maria@example.com', 'MAR', '[mar]ia@example.com'],
    ['María Müller', 'muller maria', '[María] [Müller]'],
    ['Straße 1', 'strasse', '[Straße] 1'],
    ['Straße 1', 's', '[S]tra[ß]e 1'],
    ['e\u0301lan', 'el', '[e\u0301l]an'],
    ['anan', 'ana', '[ana]n'],
    ['a  b', 'x', 'a  b'],
    ['<b>', 'b', '<[b]>'],
    ['👩‍👩‍👧 mar', 'mar', '👩‍👩‍👧 [mar]'],
    ['whatever', '', 'whatever'],
    ['', 'a', ''],
  ])('in %s under %s is marked as it is written: %s', (text, q, expected) => {
    expect(marked(text, q)).toBe(expected);
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
