import { findLaterChanges, type LaterChange, standing, type Undoings } from '../audit/later-changes.ts';
import type { Reader } from '../db/database.ts';
import type { Format } from '../text/format.ts';
import type { BulkAction, Facts, Judge, Subjected, Written } from '../verbs/action.ts';
import { isSame } from '../verbs/facts.ts';
import type { Refusal } from '../verbs/outcome.ts';
import type { SubjectType } from './bulk-operation.ts';

/** What an operation wrote, by subject, with the version of each right after it. */
export type WrittenBySubject = ReadonlyMap<number, Written & { version: number | null }>;

/** An operation that is taken back: what it wrote, and which operations take others back. */
export interface TakenBack {
  operationId: number;
  written: WrittenBySubject;
  undoings: Undoings;
}

/** One thing that has to be done to bring something back; it is made once for all for whom it is the same, and done to them at once. */
export interface Step<Subject extends Subjected> {
  key: string;
  /** What it is to bring back to this one, where that is not the same for all. */
  value?: unknown;
  /** The key of a step of the same subject, without which this one would come to nothing. */
  needs?: string;
  /** `values`: that of each, by id. */
  make(db: Reader, values: ReadonlyMap<number, unknown>): StepAction<Subject> | Promise<StepAction<Subject>>;
}

export type StepAction<Subject extends Subjected> = Pick<
  BulkAction<Subject>,
  'refusalOf' | 'refuseAmong' | 'perform' | 'givings' | 'demandsProof'
> & {
  /** Whether it may change others than those to whom it is done. */
  changesOthers?: true;
  /** What of it is not as it was before, whatever is put back: a sentence, before those to whom it is done. */
  says?: string;
  /** Why it is done to a part of these others alone. */
  findShortfall?(db: Reader, by: Judge): Promise<Refusal | undefined>;
};

/** Of one subject, what is to be brought back, and what stands there now. */
export interface Wanted {
  before: Facts;
  present: Facts;
  /** Where what was written went with another record: a clause that follows the name, for each such field. */
  gone: string[];
  /** How many fields were changed since. */
  changed: number;
  /** Whether nothing is left to put back: all of it is what it was before. */
  isBack: boolean;
}

/** What has to be known of records of a kind to take back what was done to them. */
export interface Undoable<Subject extends Subjected> {
  type: SubjectType;
  find(db: Reader, ids: number[], by: Judge): Promise<Subject[]>;
  /** What of these fields stands in each of them now. */
  findFacts(db: Reader, subjects: Subject[], fields: ReadonlySet<string>): Promise<Map<number, Facts>>;
  /** What was written, as it is compared: field by field, also where an earlier version wrote it otherwise. */
  asCompared?(written: Written): Written;
  /** Whether the event of the audit tells of a change of the field. */
  isChangeOf(field: string, change: LaterChange): boolean;
  /** Of these fields, those that went with another record, each with a clause that says so. */
  findGone?(db: Reader, fields: string[]): Promise<Map<string, string>>;
  /** What brings these fields back: the actions that anybody would do it with. */
  stepsFor(subject: Subject, wanted: Wanted, by: Judge): Step<Subject>[];
  /** What a field held before the undo, for its report; empty where another says it. */
  wasInWords(field: string, value: unknown, format: Format): string;
}

/** Of each of these, the fields that stand as the operation left them, with what they were before it. */
export async function findWanted<Subject extends Subjected>(
  db: Reader,
  { type, findFacts, findGone, isChangeOf, asCompared = (one) => one }: Undoable<Subject>,
  { operationId, written, undoings }: TakenBack,
  subjects: Subject[],
): Promise<Map<number, Wanted>> {
  const writtenNow = new Map(
    subjects.map(({ id }): [number, Written] => {
      const { before = {}, after = {} }: Partial<Written> = written.get(id) ?? {};
      return [id, asCompared({ before, after })];
    }),
  );
  const fields = new Set<string>();
  for (const { after } of writtenNow.values()) for (const field in after) fields.add(field);
  const present = subjects.length > 0 ? await findFacts(db, subjects, fields) : new Map<number, Facts>();
  const changed = subjects.filter(({ id, version }) => written.get(id)?.version !== version).map(({ id }) => id);
  const later = changed.length === 0 ? [] : await findLaterChanges(db, operationId, type, changed);
  const laterOf = new Map(
    [...Map.groupBy(later, ({ subjectId }) => subjectId)].map(([id, changes]) => [id, standing(changes, undoings)]),
  );
  const isThere = (id: number, field: string) => isSame(present.get(id)?.[field], writtenNow.get(id)!.after[field]);
  const isChanged = (id: number, field: string) =>
    !isThere(id, field) || (laterOf.get(id) ?? []).some((change) => isChangeOf(field, change));
  const lost = subjects.flatMap(({ id }) =>
    Object.keys(writtenNow.get(id)!.after).filter((field) => !isThere(id, field)),
  );
  const gone = lost.length > 0 ? await findGone?.(db, [...new Set(lost)]) : undefined;
  return new Map(
    subjects.map(({ id }): [number, Wanted] => {
      const { before, after } = writtenNow.get(id)!;
      const all = Object.keys(after);
      const standing = all.filter((field) => !isChanged(id, field));
      const pick = (from: Facts | undefined) =>
        Object.fromEntries(standing.map((field): [string, unknown] => [field, from?.[field] ?? null]));
      const why = all.flatMap((field) => (isThere(id, field) ? [] : (gone?.get(field) ?? [])));
      const isBack = all.length > 0 && all.every((field) => isSame(present.get(id)?.[field], before[field]));
      const changed = all.length - standing.length - why.length;
      return [id, { before: pick(before), present: pick(present.get(id)), gone: why, changed, isBack }];
    }),
  );
}

/** Whether any of these stands in part as the operation left it, so that something is to be brought back. */
export async function standsAsLeft<Subject extends Subjected>(
  db: Reader,
  by: Judge,
  undoable: Undoable<Subject>,
  takenBack: TakenBack,
  subjects: Subject[],
): Promise<boolean> {
  const wanted = await findWanted(db, undoable, takenBack, subjects);
  return subjects.some((subject) => undoable.stepsFor(subject, wanted.get(subject.id)!, by).length > 0);
}

/** Whether the change gave or took this tag. */
export function isChangeOfTag(tag: string, { before, after }: LaterChange): boolean {
  const has = (fields: Facts) => [fields.tags].flat().includes(tag);
  return has(before) !== has(after);
}
