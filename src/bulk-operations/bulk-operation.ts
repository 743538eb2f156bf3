import type { Instant } from '../clock.ts';
import type { Channel } from '../verbs/act.ts';
import type { EffectTally } from './effect-tally.ts';

/** What an operation can be done to. */
export const SUBJECT_TYPES = ['user', 'group', 'contact'] as const;
export type SubjectType = (typeof SUBJECT_TYPES)[number];

/** So many are judged while one waits, and changed in one transaction; more are gone through piece by piece. */
export const AT_ONCE = 5_000;

/** How many are changed in one go: others are served between two pieces. */
export const PIECE = 500;

/** In the place of an action, as long as it was only said for whom one is to be chosen. */
export const TO_BE_CHOSEN = 'choose';

/** What is done with a frozen set that changes nothing of it. */
export const EXPORT = 'export';

/** The name of the action that takes an operation back. */
export const UNDO = 'undo';

/** How many were, or would be, changed, and how many left out for which reason. */
export interface Tally {
  /** How many of the set were gone through so far. */
  judged: number;
  changed: number;
  reasons: { reason: string; isForbidden: boolean; number: number; names: string[] }[];
  /** Of those who are changed, the names of the first. */
  names: string[];
  /** What it would mean for people, of a draft that was gone through. */
  effects?: EffectTally;
}

/** One action on a set of users, groups or contacts: frozen as a draft, executed once, then a report as long as it is kept. */
export interface BulkOperation {
  id: number;
  subjectType: SubjectType;
  /** By its name. */
  action: string;
  /** What was said besides: which group, until when. Undefined where nothing was said yet. */
  choices: Record<string, unknown>;
  /** Who answers for it: who began it, or took it over since. Null for whoever stands at the machine itself. */
  createdBy: number | null;
  /** Who began or scheduled it, where somebody else took it over. */
  begunBy: number | null;
  takenOverAt: Instant | null;
  createdAt: Instant;
  /** By which token a program began it; null for people. */
  tokenId: number | null;
  /** The list on which it was begun. */
  view: string | null;
  /** Where all of the view were meant: how many it showed, and where the feed of changes stood, when the button was pressed and when the set was frozen. */
  shown: number | null;
  shownChange: number | null;
  frozenChange: number | null;
  /** Who came or went meanwhile by time alone, the first of them by id. */
  movedByTime: { joined: number[]; left: number[] };
  /** And how many of them were left out by hand. */
  excepted: number | null;
  /** The operation that it takes back. */
  undoes: number | null;
  /** The one that it belongs to, of what was done to records of several kinds at once. */
  partOf: number | null;
  /** By which way links go that it makes, and from where it was begun. */
  channel: Channel;
  address: string;
  size: number;
  /** What is known so far of what it comes to. */
  tally: Tally;
  /** When it was begun, and ended one way or the other. */
  executedAt: Instant | null;
  pausedAt: Instant | null;
  pausedFor: string;
  cancelledAt: Instant | null;
  finishedAt: Instant | null;
}

/** How far it has come. */
export type Phase = 'draft' | 'running' | 'paused' | 'cancelled' | 'done';

export function phaseOf(
  operation: Pick<BulkOperation, 'executedAt' | 'finishedAt' | 'cancelledAt' | 'pausedAt'>,
): Phase {
  if (operation.executedAt === null) return 'draft';
  if (operation.finishedAt !== null) return operation.cancelledAt === null ? 'done' : 'cancelled';
  return operation.pausedAt === null ? 'running' : 'paused';
}

export function isSubjectType(text: string): text is SubjectType {
  return SUBJECT_TYPES.some((type) => type === text);
}

export function isLarge({ size }: Pick<BulkOperation, 'size'>): boolean {
  return size > AT_ONCE;
}
