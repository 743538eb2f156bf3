import { DAY, type Day, dayOf } from '../../clock.ts';
import type { Format } from '../../text/format.ts';
import { PEOPLE_PATHS } from '../actions/figures-noting.ts';
import type { DailyFigures, People } from '../daily-figure-store.ts';
import { type Bar, type Drawn, drawBars, tallestOf } from './bar-chart.ts';

/** A picture, and the same as a table. */
export interface Chart {
  bars: Drawn[];
  /** What the tallest comes to. */
  tallest: string;
  /** What each colour stands for. */
  kinds: [kind: string, label: string][];
  heads: string[];
  rows: { label: string; cells: { words: string; path: string }[] }[];
}

/** So many days are shown one by one; of a longer past one in each week. */
const DAY_BY_DAY = 60;
const LEAST_DAYS = 14;
const WEEKS = 52;
const SIGN_IN_DAYS = 30;

/** People as they were on each day, or at the end of each week, until today. */
export function peopleChart(figures: DailyFigures[], today: Day, now: People, format: Format): Chart {
  const known = figures.flatMap(({ day, people }) => (people && day < today ? [{ day, people }] : []));
  known.push({ day: today, people: now });
  const since = daysBetween(known[0].day, today);
  const step = since < DAY_BY_DAY ? 1 : 7;
  const number = step === 1 ? Math.max(since + 1, LEAST_DAYS) : Math.min(Math.floor(since / 7) + 1, WEEKS);
  const ends = Array.from({ length: number }, (_, n) => before(today, (number - 1 - n) * step));
  const shown = ends.map((day) => {
    const found = known.findLast((one) => one.day <= day && daysBetween(one.day, day) < step);
    return { day, people: found?.people };
  });
  const label = (day: Day) => format.day(day);
  const told = ({ active, invited, deactivated }: People) => [
    { kind: 'active', number: active - invited, words: `${format.number(active)} active` },
    { kind: 'invited', number: invited, words: `${format.number(invited)} of them invited` },
    { kind: 'deactivated', number: deactivated, words: `${format.number(deactivated)} deactivated` },
  ];
  const bars = shown.map(({ day, people }): Bar => {
    const parts = people ? told(people) : [];
    return { label: label(day), parts: parts.map((part) => ({ ...part, path: pathOf(part.kind) })) };
  });
  return {
    bars: drawBars(bars),
    tallest: format.number(tallestOf(bars)),
    kinds: [
      ['active', 'Active'],
      ['invited', 'Among them invited'],
      ['deactivated', 'Deactivated'],
    ],
    heads: ['Day', 'Active', 'Invited', 'Deactivated'],
    rows: shown.toReversed().flatMap(({ day, people }) => {
      if (!people) return [];
      const cells = KINDS.map((kind) => ({ words: format.number(people[kind]), path: PEOPLE_PATHS[kind] }));
      return [{ label: label(day), cells }];
    }),
  };
}

const KINDS = ['active', 'invited', 'deactivated'] as const;

function pathOf(kind: string): string {
  return PEOPLE_PATHS[kind as keyof People];
}

const SIGN_INS = '/users?sort=-last_login';
const FAILURES = '/security';

/** Who came in, and who tried in vain, on each of the last days. */
export function signInChart(figures: DailyFigures[], today: Day, format: Format): Chart {
  const byDay = new Map(figures.map((one) => [one.day, one]));
  const shown = Array.from({ length: SIGN_IN_DAYS }, (_, n) => {
    const day = before(today, SIGN_IN_DAYS - 1 - n);
    return { label: format.day(day), signIns: byDay.get(day)?.signIns ?? 0, failures: byDay.get(day)?.failures ?? 0 };
  });
  const parts = ({ signIns, failures }: (typeof shown)[number]) => [
    { kind: 'active', number: signIns, words: format.counted(signIns, 'sign-in'), path: SIGN_INS },
    { kind: 'failed', number: failures, words: format.counted(failures, 'failed sign-in'), path: FAILURES },
  ];
  const bars = shown.map((one) => ({ label: one.label, parts: parts(one) }));
  return {
    bars: drawBars(bars),
    tallest: format.number(tallestOf(bars)),
    kinds: [
      ['active', 'Sign-ins'],
      ['failed', 'Failed'],
    ],
    heads: ['Day', 'Sign-ins', 'Failed'],
    rows: shown.toReversed().map((one) => ({
      label: one.label,
      cells: parts(one).map(({ number, path }) => ({ words: format.number(number), path })),
    })),
  };
}

function before(day: Day, days: number): Day {
  return dayOf(Date.parse(day) - days * DAY);
}

function daysBetween(one: Day, other: Day): number {
  return Math.round((Date.parse(other) - Date.parse(one)) / DAY);
}
