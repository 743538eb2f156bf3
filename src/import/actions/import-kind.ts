import type { Application } from '../../access/rights.ts';
import type { Fields } from '../../audit/audit-event.ts';
import type { SubjectType } from '../../bulk-operations/bulk-operation.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { Judge, Performed, Subjected } from '../../verbs/action.ts';
import type { Refusal } from '../../verbs/outcome.ts';
import type { ImportChoices } from '../import.ts';
import type { PlannedLine } from '../import-plan-store.ts';
import type { ImportedRow } from '../imported-row.ts';

/** Under which a line would clash with another one, and what that is called. */
export interface LineKey {
  what: string;
  key: string;
}

export type Planned = Omit<PlannedLine, 'piece'>;

/** What planned lines came to. */
export interface Applied {
  performed: Performed<Subjected>[];
  /** Why lines could not be done after all. */
  refused: Map<number, string>;
}

/** What is known of all lines of the file when some of them are planned. */
export interface WholeFile {
  choices: ImportChoices;
  /** Of these keys, those that several lines have, and which. */
  findShared(keys: string[]): Promise<ReadonlyMap<string, string>>;
  /** How many lines have each of these keys. */
  countLines(keys: string[]): Promise<ReadonlyMap<string, number>>;
}

/** Records as they are imported. */
export interface ImportKind {
  subjectType: SubjectType;
  /** Who may write there may import them. */
  application: Application;
  /** By what each line would clash with others, and under what others find it. */
  keysOf(db: Reader, by: Judge, rows: ImportedRow[], choices: ImportChoices): Promise<Map<ImportedRow, LineKey[]>>;
  /** What importing these lines would do now. Nothing is done. */
  plan(db: Reader, by: Judge, rows: ImportedRow[], file: WholeFile): Promise<Planned[]>;
  /** What lines that make somebody give them beside name and email, by line. */
  givenToNew(db: Reader, planned: PlannedLine[]): Promise<ReadonlyMap<number, Fields>>;
  create(trx: Transaction, act: Act, planned: PlannedLine[]): Promise<Applied>;
  change(trx: Transaction, act: Act, planned: PlannedLine[]): Promise<Applied>;
}

/** Longer ones will not do for other reasons. */
const LONGEST_KEY = 300;

export function lineKeys(keys: LineKey[]): LineKey[] {
  return keys
    .filter(({ key }) => key !== '' && key.length <= LONGEST_KEY)
    .map(({ what, key }) => ({ what, key: `${what}:${key}` }));
}

/** What keeps a line from being done because of others of the file. */
export function sharedMistakes(keys: LineKey[], shared: ReadonlyMap<string, string>): string[] {
  const twice = keys.find(({ key }) => shared.has(key));
  return twice ? [`The same ${twice.what} stands in the lines ${shared.get(twice.key)}.`] : [];
}

/** Why a line is refused, as a sentence. */
export function inWords(name: string, { fields, reason }: Refusal): string {
  return fields ? Object.values(fields).join(' ') : `${name} ${reason}.`;
}
