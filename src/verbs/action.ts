import type { Activity, Living } from '../access/activity.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Reader, Transaction } from '../db/database.ts';
import type { Format } from '../text/format.ts';
import type { Icon } from '../text/icons.ts';
import type { Act, Purpose } from './act.ts';
import { allowed, leaveOut, type Outcome, type Refusal } from './outcome.ts';

/** What every action is done to. */
export interface Subjected extends Living {
  id: number;
  name: string;
  /** Counts the changes of the record. */
  version: number;
}

/** What stood in a record before it was changed, as far as the action changes it. */
export type Before = Record<string, unknown>;

/** Who judges or acts, when, and by which channel links would go. */
export type Judge = Pick<Act, 'by' | 'at' | 'channel'>;

/** How an action on many is told. */
export interface BulkWords {
  /** "Deactivate 412 users": the button repeats the action and the number. */
  button: (number: number) => string;
  /** "412 users were deactivated." */
  done: (number: number) => string;
  /** What it does, for the sheet. */
  consequence: string;
}

/** One thing that can be done to records of a kind, with all that the program says and knows of it. */
export interface Action<Subject extends Subjected> {
  /** In addresses, forms and stored operations: it stays as it is. */
  name: string;
  label: string;
  icon: Icon;
  isDangerous?: boolean;
  /** Left out, it is not offered for many at once. */
  bulk?: BulkWords;
  /** The rule for one: the page shows a button by it, and the verb obeys it. */
  refusalOf(viewer: Viewer, subject: Subject): Refusal | undefined;
  /** What can only be judged over the whole set: leaves more of it out. */
  refuseAmong?(db: Reader, judge: Judge, outcomes: Outcome<Subject>[]): Promise<void>;
  /** Does it to all of them, with one audit event each. */
  perform(trx: Transaction, act: Act, subjects: Subject[]): Promise<void>;
  beforeOf(subject: Subject): Before;
  /** The same in a few words after the name, for the report. */
  was(before: Before, format: Format): string;
  /** The name of the action that takes it back. */
  inverse?: string;
  /** Whether that takes back what it did to somebody who stood so before; left out, to everybody. */
  isInvertible?(before: Before): boolean;
  /** What the sheet says besides of those whom it would change. */
  notes?(subjects: Subject[]): string[];
  /** What the action makes of the subject's activity, where others lose or gain by that. */
  becomes?(subject: Subject): Activity;
  /** The link that it makes, to be mailed or shown once. */
  makes?: Purpose;
  /** What does as much and destroys less, offered beside it. */
  instead?: { action: string; isFor(subject: Subject): boolean };
  /** How the audit tells of its events: what stands between who and whom. */
  events: Record<string, string>;
}

/**
 * Whom of these the action would change and whom not, and why. The same judgement serves the sheet, the report and the verb.
 * `leftOut` are those who are left out whatever the action says, by id.
 */
export async function judge<Subject extends Subjected>(
  db: Reader,
  by: Judge,
  action: Action<Subject>,
  subjects: Subject[],
  leftOut: ReadonlyMap<number, Refusal> = new Map(),
): Promise<Outcome<Subject>[]> {
  const outcomes = subjects.map(
    (subject): Outcome<Subject> => ({ subject, refusal: action.refusalOf(by.by, subject) }),
  );
  leaveOut(outcomes, (subject) => leftOut.get(subject.id));
  await action.refuseAmong?.(db, by, outcomes);
  return outcomes;
}

/** Does the action to all whom the judgement leaves, and says what it came to for each. */
export async function perform<Subject extends Subjected>(
  trx: Transaction,
  act: Act,
  action: Action<Subject>,
  subjects: Subject[],
  leftOut?: ReadonlyMap<number, Refusal>,
): Promise<Outcome<Subject>[]> {
  const outcomes = await judge(trx, act, action, subjects, leftOut);
  const chosen = allowed(outcomes);
  if (chosen.length > 0) await action.perform(trx, act, chosen);
  return outcomes;
}

/** What an action that changes the activity began from. */
export const ACTIVITY_BEFORE = {
  beforeOf: ({ activity }: Living): Before => ({ activity }),
  was: ({ activity }: Before) => `was ${activity}`,
};
