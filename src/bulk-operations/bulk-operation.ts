import type { Instant } from '../clock.ts';

/** What an operation can be done to. */
export const SUBJECT_TYPES = ['user', 'group'] as const;
export type SubjectType = (typeof SUBJECT_TYPES)[number];

/** More at once is refused with a sentence. */
export const MOST_AT_ONCE = 5_000;

/** One action on a set of users or of groups: frozen as a draft, executed once, then a report for good. */
export interface BulkOperation {
  id: number;
  subjectType: SubjectType;
  /** By its name. */
  action: string;
  createdBy: number;
  createdAt: Instant;
  /** The list on which it was begun. */
  view: string | null;
  /** Where all of the view were meant: how many it showed, and where the feed of changes stood, when the button was pressed and when the set was frozen. */
  shown: number | null;
  shownChange: number | null;
  frozenChange: number | null;
  /** And how many of them were left out by hand. */
  excepted: number | null;
  /** The operation that it takes back. */
  undoes: number | null;
  executedAt: Instant | null;
}

export function isSubjectType(text: string): text is SubjectType {
  return SUBJECT_TYPES.some((type) => type === text);
}
