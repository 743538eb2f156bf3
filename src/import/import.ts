import type { Instant } from '../clock.ts';
import type { Row } from '../db/tables.ts';
import type { ColumnKey, ImportKindName, Meanings } from './columns.ts';

/** By what lines are compared with those who are there; lines of our own files by their id. */
export const MATCHED_BY = ['email', 'name'] as const;
export type MatchedBy = (typeof MATCHED_BY)[number];

/** The column that says by what records are found. */
export function columnFor(by: MatchedBy, kind: ImportKindName): ColumnKey {
  return by === 'email' && kind === 'contacts' ? 'emails' : by;
}

/** Why nobody can be found by that, and by what they can be; undefined where a column says it. */
export function notFoundBy(
  by: MatchedBy,
  kind: ImportKindName,
  meanings: Meanings,
): { error: string; instead?: MatchedBy } | undefined {
  // Contacts without an email are found by their name either way.
  const others: ColumnKey[] = kind === 'contacts' && by === 'email' ? ['roster_id', 'name'] : ['roster_id'];
  if ([columnFor(by, kind), ...others].some((column) => meanings.includes(column))) return undefined;
  const instead = MATCHED_BY.find((one) => one !== by && meanings.includes(columnFor(one, kind)));
  return { error: `They are to be found by ${by}, and no column means that`, instead };
}

/** A view that a file is said to be all of. */
export interface ComparedView {
  name: string;
  /** The address of the list. */
  path: string;
}

/** What was said of a file. */
export interface ImportChoices {
  meanings: Meanings;
  by: MatchedBy;
  /** Of this installation. */
  mark: string;
  /** In which days and times are meant that name none; left out, in UTC. */
  zone?: string;
  /** Left out, who is not in it is none of its business. */
  all?: ComparedView;
}

export const PLAN_KINDS = ['new', 'changed', 'unchanged', 'refused'] as const;
export type PlanKind = (typeof PLAN_KINDS)[number];

/** How many lines come to what; and of those that change somebody, how many change an email, and how many that alone. */
export type ImportCounts = Record<PlanKind | 'emails' | 'emailsAlone', number>;

export const NO_COUNTS: ImportCounts = { new: 0, changed: 0, unchanged: 0, refused: 0, emails: 0, emailsAlone: 0 };

/**
 * A file that is imported. `reading`: its lines are being taken in. `read`: it waits for what its columns mean. `planning`: it is being
 * found out what each line comes to. `planned`: the dry run can be looked at. `applied`: it became an operation.
 */
export interface Import {
  id: number;
  kind: ImportKindName;
  fileName: string;
  /** Null for whoever stands at the machine itself. */
  createdBy: number | null;
  createdAt: Instant;
  state: Row<'imports'>['state'];
  heads: string[];
  /** What stands between the cells of the file, and of what comes back of it. */
  separator: string;
  lines: number;
  pieces: number;
  /** How many pieces were gone through: first for what they have in common, then for what they come to. */
  done: number;
  /** Undefined before anything was said. */
  choices: ImportChoices | undefined;
  counts: ImportCounts;
  /** Why it could not be found out. */
  problem: string;
  operationId: number | null;
}
