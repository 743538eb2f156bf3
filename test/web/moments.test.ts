import { expect, it } from '@jest/globals';
import { DATE_STYLES, formatIn } from '../../src/text/format.ts';

const { exactFor } = await import(new URL('../../public/js/moments.js', import.meta.url).href);

it.each([
  ['nowhere known', undefined],
  ['Tokyo', 'Asia/Tokyo'],
  ['Berlin', 'Europe/Berlin'],
  ['New York', 'America/New_York'],
])('exact moments are told by the script of lists as by the server: %s', (_, zone) => {
  for (const dates of DATE_STYLES) {
    const format = formatIn({ zone, dates });
    const exact = exactFor({ zone: format.zone, dates });
    for (const moment of ['2026-01-01T00:00:00.000Z', '2026-09-09T12:05:07.000Z', '2026-11-22T23:59:59.999Z'])
      expect(exact(format.stamp(moment))).toBe(format.full(moment));
  }
});
