import type { Reader } from '../db/database.ts';
import { grouped } from '../text/text.ts';
import type { Act } from './act.ts';

/** How many, and the first of them by name. */
export interface Count {
  number: number;
  names: string[];
}

export type Counts = Record<string, Count>;

/** Those of a piece whom an operation would change. */
export interface Changing<Subject> {
  subjects: Subject[];
  /** Which of these it would change as well, in whatever piece they stand. */
  whichOf(ids: number[]): Promise<ReadonlySet<number>>;
}

/** What a sheet says besides of those whom an action would change: counted piece by piece, so that it can be said of any number. */
export interface Notes<Subject> {
  count(changing: Changing<Subject>, db: Reader, judge: Pick<Act, 'by' | 'at' | 'channel'>): Counts | Promise<Counts>;
  inWords(counts: Counts): string[];
}

/** More are named nowhere. */
const NAMED = 10;

export const NOBODY_COUNTED: Count = { number: 0, names: [] };

export function countOf(those: { name: string }[]): Count {
  return { number: those.length, names: those.slice(0, NAMED).map(({ name }) => name) };
}

/** "Ada, Bob … and 40 more". */
export function countInWords({ number, names }: Count): string {
  if (names.length === 0) return `${grouped(number)} of them`;
  if (number <= names.length) return names.join(', ');
  return `${names.join(', ')} and ${grouped(number - names.length)} more`;
}

export function addCounts(some: Counts, more: Counts): Counts {
  const sums = new Map(Object.entries(some));
  for (const [key, { number, names }] of Object.entries(more)) {
    const sum = sums.get(key) ?? NOBODY_COUNTED;
    sums.set(key, { number: sum.number + number, names: [...sum.names, ...names].slice(0, NAMED) });
  }
  return Object.fromEntries(sums);
}

export function withoutNames(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).map(([key, { number }]) => [key, { number, names: [] }]));
}

/** Whoever does it to themself as well is told what that comes to. */
export function ifOneself<Subject extends { id: number; name: string }>(sentence: string): Notes<Subject> {
  return {
    count: ({ subjects }, _db, { by }) => ({ oneself: countOf(subjects.filter(({ id }) => id === by.id)) }),
    inWords: ({ oneself = NOBODY_COUNTED }) => (oneself.number > 0 ? [sentence] : []),
  };
}

/** The same notes where several rules have some. */
export function joined<Subject>(...all: Notes<Subject>[]): Notes<Subject> {
  return {
    async count(changing, db, judge) {
      let counts: Counts = {};
      for (const { count } of all) counts = addCounts(counts, await count(changing, db, judge));
      return counts;
    },
    inWords: (counts) => all.flatMap(({ inWords }) => inWords(counts)),
  };
}
