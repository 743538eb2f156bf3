import type { Reader, Transaction } from '../db/database.ts';
import type { User } from '../users/user.ts';
import type { Act } from '../verbs/act.ts';
import type { Judge, Written } from '../verbs/action.ts';
import type { Heir } from './heirs.ts';

/** The name of the action, in stored operations: it stays as it is. */
export const LEAVE = 'leave';

/** What may become of what somebody leaves behind. */
export const DEEDS = ['hand-over', 'end', 'keep'] as const;
export type Deed = (typeof DEEDS)[number];

/** What was decided of one kind. */
export interface Decision {
  deed: Deed;
  /** By id; left out, to whom it is proposed to go then. */
  to?: number;
  /** Only these, where they were read one by one. */
  ids?: number[];
}

/** By the name of the kind. */
export type Decisions = Record<string, Decision>;

/** One thing that somebody leaves behind. */
export interface LeftThing {
  id: number;
  /** Who leaves it. */
  of: number;
  /** Empty where nobody is told. */
  name: string;
  path?: string;
}

/** One thing with who gets it. */
export interface Share {
  thing: LeftThing;
  to: Heir;
}

/** A kind of things that people leave behind: how they are found, what may become of them, and how that is done. */
export interface LeftKind {
  /** In forms and kept choices: it stays as it is. */
  name: string;
  /** What one of them is called. */
  noun: string;
  /** Heads the list of them. */
  label: string;
  /** "They own 3 private contacts, which stay theirs": on the sheet of those who go; left out where that says it in words of its own. */
  said?: (number: number) => string;
  /** In words, what may become of them. None: it happens by itself, as the note says. */
  deeds: Partial<Record<Deed, string>>;
  note?: string;
  /** How somebody is named who gets them; left out where they go to whoever does it. */
  heir?: string;
  /** Whether whoever decides read each of them, and means just these. */
  isByOne?: boolean;
  find(db: Reader, userIds: number[], at: Judge['at']): Promise<LeftThing[]>;
  /** Where only their number is told, and may be large. */
  count?(db: Reader, userIds: number[]): Promise<number>;
  /** Why they stay as they are, where whoever asks may not say what becomes of them: a sentence. */
  refusal?(db: Reader, by: Judge, things: LeftThing[]): Promise<string | undefined>;
  /** Those of them that somebody can take over, and may be given by whoever decides. */
  fits?(db: Reader, by: Judge, heir: Heir, things: LeftThing[]): Promise<LeftThing[]>;
  /** Said of somebody who cannot, after their name. */
  unfit?: string;
  /** Who gets what where nobody is named; left out, the same for all of them. */
  propose?(db: Reader, by: Judge, leaver: Pick<User, 'id'>, things: LeftThing[]): Promise<Share[]>;
  /** Returns by field what was written, for the report and for Undo. */
  handOver?(trx: Transaction, act: Act, leaver: User, shares: Share[]): Promise<Written>;
  end?(trx: Transaction, act: Act, leaver: User, things: LeftThing[]): Promise<Written>;
}

export const NOTHING_WRITTEN: Written = { before: {}, after: {} };

/** One fact for each of these, as it was and as it is. */
export function writtenOf(fact: (id: number) => string, ids: number[], before: unknown, after: unknown): Written {
  const facts = (value: unknown) => Object.fromEntries(ids.map((id): [string, unknown] => [fact(id), value]));
  return { before: facts(before), after: facts(after) };
}

export function idsOf(things: Pick<LeftThing, 'id'>[]): number[] {
  return things.map(({ id }) => id);
}
