import type { Living } from '../access/activity.ts';
import type { Rights } from '../access/rights.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Reader, Transaction } from '../db/database.ts';
import type { Format } from '../text/format.ts';
import type { Icon } from '../text/icons.ts';
import type { Act, Purpose } from './act.ts';
import type { Notes } from './notes.ts';
import { allowed, type Outcome, type Refusal } from './outcome.ts';

/** What every action is done to. */
export interface Subjected extends Living {
  id: number;
  name: string;
  /** Counts the changes of the record. */
  version: number;
}

/** In the place of the id of a subject that could not be made. */
export const NOBODY = 0;

/** What is so of a record, by field, as far as an action changes it. What is not there at all is null. */
export type Facts = Record<string, unknown>;

/** What an action wrote into a record: what stood there, and what stands there now. */
export interface Written {
  before: Facts;
  after: Facts;
}

/** Who judges or acts, when, and by which channel links would go. */
export type Judge = Pick<Act, 'by' | 'at' | 'channel'>;

/** What a group gives to its members before and after; or to these alone, who come or go. */
export interface Giving {
  groupId: number;
  from: Rights;
  to: Rights;
  userIds?: number[];
}

/** How an action on many is told. */
export interface BulkWords {
  /** "Deactivate 412 users": the button repeats the action and the number. */
  button: (number: number) => string;
  /** "412 users were deactivated." */
  done: (number: number) => string;
  /** What it does, for the sheet. */
  consequence: string;
  /** Why it cannot be taken back; left out where it can. */
  lasting?: string;
}

/** One thing that can be done to records of a kind, with all that the program says and knows of it. */
export interface Action<Subject extends Subjected> {
  /** In addresses, forms and stored operations: it stays as it is. */
  name: string;
  label: string;
  icon: Icon;
  isDangerous?: boolean;
  /** Whether only somebody does it who has shown lately that it is they (R54): always, or where these are among whom it is done to. */
  demandsProof?: true | ((db: Reader, judge: Judge, subjects: Subject[]) => boolean | Promise<boolean>);
  /** Left out, it is not offered for many at once. */
  bulk?: BulkWords;
  /** The rule for one: the page shows a button by it, and the verb obeys it. */
  refusalOf(viewer: Viewer, subject: Subject): Refusal | undefined;
  /** What can only be judged over the whole set: leaves more of it out. */
  refuseAmong?(db: Reader, judge: Judge, outcomes: Outcome<Subject>[]): Promise<void>;
  /** Does it to all of them, with one audit event each. Returns by id what it wrote. */
  perform(trx: Transaction, act: Act, subjects: Subject[]): Promise<Map<number, Written>>;
  /** What stood there before, in a few words after the name, for the report. */
  was(before: Facts, format: Format): string;
  /** What the sheet says besides of those whom it would change. */
  notes?: Notes<Subject>;
  /** What people gain or lose by way of groups when it is done to these. */
  givings?(db: Reader, judge: Judge, subjects: Subject[]): Promise<Giving[]>;
  /** The link that it makes, to be mailed or shown once. */
  makes?: Purpose;
  /** What does as much and destroys less, offered beside it. */
  instead?: { action: string; isFor(subject: Subject): boolean };
  /** Where what is to be done is not told by its subjects alone: does what stands under these numbers, which stand in their place. */
  performPiece?(trx: Transaction, act: Act, numbers: number[]): Promise<Performed<Subject>[]>;
  /** Where more of it can be seen than the report shows. */
  about?: { label: string; path: string };
  /** How the audit tells of its events: what stands between who and whom. */
  events: Record<string, string>;
}

/** An action that can be done to many at once. */
export type BulkAction<Subject extends Subjected = Subjected> = Action<Subject> & { bulk: BulkWords };

/** What an action says of itself that changes of records what forms change as well. */
export type ChangingWords<Subject extends Subjected> = Pick<
  BulkAction<Subject>,
  'name' | 'label' | 'icon' | 'isDangerous' | 'bulk' | 'was'
> & {
  /** Why something is left out in which nothing would differ. */
  unchanged: string;
};

/** Whom of these the action would change and whom not, and why. The same judgement serves the sheet, the report and the verb. */
export async function judge<Subject extends Subjected>(
  db: Reader,
  by: Judge,
  action: Action<Subject>,
  subjects: Subject[],
): Promise<Outcome<Subject>[]> {
  const outcomes = subjects.map(
    (subject): Outcome<Subject> => ({ subject, refusal: action.refusalOf(by.by, subject) }),
  );
  await action.refuseAmong?.(db, by, outcomes);
  return outcomes;
}

/** What it came to for one, with what was written. */
export interface Performed<Subject> extends Outcome<Subject> {
  written?: Written;
}

/** Does the action to all whom the judgement leaves, and says what it came to for each. */
export async function perform<Subject extends Subjected>(
  trx: Transaction,
  act: Act,
  action: Action<Subject>,
  subjects: Subject[],
): Promise<Performed<Subject>[]> {
  const outcomes = await judge(trx, act, action, subjects);
  const chosen = allowed(outcomes);
  if (chosen.length === 0) return outcomes;
  const written = await action.perform(trx, act, chosen);
  return outcomes.map((outcome) => ({ ...outcome, written: written.get(outcome.subject.id) }));
}

/** What was written into each of these. */
export function writtenOf<Subject extends Subjected>(
  subjects: Subject[],
  writtenInto: (subject: Subject) => Written,
): Map<number, Written> {
  return new Map(subjects.map((subject) => [subject.id, writtenInto(subject)]));
}

export const wasActivity = ({ activity }: Facts) => `was ${activity}`;
