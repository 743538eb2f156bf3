import type { Instant } from '../clock.ts';
import type { Times } from '../forms/moments.ts';

/** When somebody's day begins on which a review begins by itself. */
const MORNING = '07:00';

/** The morning of the first day of the quarter after this moment, by the clock of whoever answers for it. */
export function nextQuarter(now: Instant, times: Pick<Times, 'momentAt'>): Instant {
  const year = Number(now.slice(0, 4));
  const starts = [year, year + 1].flatMap((one) =>
    ['01', '04', '07', '10'].map((month) => times.momentAt(`${one}-${month}-01`, MORNING)),
  );
  return starts.find((start) => start > now)!;
}
