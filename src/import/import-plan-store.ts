import type { Fields } from '../audit/audit-event.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import { scattered } from '../db/conditions.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { selectIds, whereIdIn } from '../db/ids.ts';
import type { Row } from '../db/tables.ts';
import type { PlanKind } from './import.ts';

const UNCERTAIN_AT_ONCE = 500;

/** What one line comes to. */
export interface PlannedLine {
  line: number;
  /** In which it stands in the file. */
  piece: number;
  kind: PlanKind;
  /** Of whom it is about. */
  name: string;
  subjectId: number | null;
  /** Of the user when it was found out. */
  version: number | null;
  /** What would be done, as the verb takes it. */
  change: Record<string, unknown>;
  told: { before?: Fields; after?: Fields; notes?: string[] };
  /** Why it is refused. */
  reason: string;
  newEmail: string | null;
  /** Whether the new email is to be written as well. */
  isTicked: boolean;
  /** How many fields change beside the email. */
  others: number;
  /** Whether it is done after the others, for what one of them makes. */
  waits?: boolean;
}

/** Those of an earlier plan make room. */
export async function keepPlanned(trx: Transaction, importId: number, planned: PlannedLine[]): Promise<void> {
  const lines = planned.map(({ line }) => line);
  await whereIdIn(trx('import_plans').where('import_id', importId), 'line', lines).delete();
  const rows = planned.map((one) => ({
    import_id: importId,
    line: one.line,
    piece: one.piece,
    kind: one.kind,
    name: one.name,
    subject_id: one.subjectId,
    version: one.version,
    change: JSON.stringify(one.change),
    told: JSON.stringify(one.told),
    reason: one.reason,
    new_email: one.newEmail,
    is_ticked: one.isTicked ? 1 : null,
    others: one.others,
    waits: Number(one.waits ?? false),
  }));
  await bulkInsert(trx, 'import_plans', rows);
}

/** Which lines are looked at: `emails` are those that change one. */
export interface PlanFilter {
  kind?: PlanKind | 'emails';
  /** Without those that stay as they are. */
  isToldOnly?: boolean;
  /** Behind this line. */
  after?: number;
}

/** In the order of the file, at most so many. */
export async function findPlanned(
  db: Reader,
  importId: number,
  { kind, isToldOnly = false, after = 0 }: PlanFilter,
  limit: number,
): Promise<PlannedLine[]> {
  const query = db('import_plans').where('import_id', importId).where('line', '>', after);
  if (kind === 'emails') query.where('kind', 'changed').whereNotNull('new_email');
  else if (kind) query.where({ kind });
  if (isToldOnly) query.whereNot('kind', 'unchanged');
  const rows: Row<'import_plans'>[] = await query.orderBy('line').limit(limit);
  return rows.map(plannedOf);
}

export async function findPlannedLines(db: Reader, importId: number, lines: number[]): Promise<PlannedLine[]> {
  const query = db('import_plans').where('import_id', importId);
  const rows: Row<'import_plans'>[] = await whereIdIn(query, 'line', lines).orderBy('line');
  return rows.map(plannedOf);
}

/** What is to be done: the lines that make somebody, or change more than an email that is not ticked. Those that wait for others come last. */
export async function findLinesToDo(db: Reader, importId: number): Promise<number[]> {
  const query = db('import_plans')
    .where('import_id', importId)
    .whereIn('kind', ['new', 'changed'])
    .where((those) => those.where('kind', 'new').orWhere('others', '>', 0).orWhereNotNull('is_ticked'))
    .orderBy(['waits', 'line'])
    .select('line as id');
  return selectIds(db, query);
}

/** Whom lines of the file mean, ascending; those that are refused among them. */
export async function findMatchedIds(db: Reader, importId: number): Promise<number[]> {
  const query = db('import_plans').where('import_id', importId).whereNotNull('subject_id').orderBy('subject_id');
  return selectIds(db, query.select('subject_id as id'));
}

/** Whom lines of the file change. */
export async function findChangedIn(db: Reader, importId: number): Promise<number[]> {
  const query = db('import_plans').where({ import_id: importId, kind: 'changed' }).whereNotNull('subject_id');
  return selectIds(db, query.select('subject_id as id'));
}

/** The next lines that are refused or meant nobody, with the pieces in which they stand. */
export function findUncertain(
  db: Reader,
  importId: number,
  after: number,
): Promise<Pick<Row<'import_plans'>, 'line' | 'piece'>[]> {
  const query = db('import_plans').where('import_id', importId).where('line', '>', after);
  query.where((those) => those.whereNull('subject_id').orWhere('kind', 'refused'));
  return query.orderBy('line').limit(UNCERTAIN_AT_ONCE).select('line', 'piece');
}

/** Ticks the new emails of these lines, or of all, and of no others among `shown`. */
export async function tickEmails(
  trx: Transaction,
  importId: number,
  { shown, ticked }: { shown: number[] | 'all'; ticked: number[] | 'all' },
): Promise<void> {
  const emails = () => trx('import_plans').where({ import_id: importId, kind: 'changed' }).whereNotNull('new_email');
  const some = (lines: number[] | 'all') => (lines === 'all' ? emails() : whereIdIn(emails(), 'line', lines));
  await some(shown).update({ is_ticked: null });
  await some(ticked).update({ is_ticked: 1 });
}

/** Which new emails are ticked, in short. */
export interface Ticked {
  ticked: number;
  /** How many of them change nothing else. */
  alone: number;
  /** Another number where as many others are. */
  which: number;
}

export async function countTicked(db: Reader, importId: number): Promise<Ticked> {
  const ticked = () => db('import_plans').where('import_id', importId).whereNotNull('is_ticked');
  const [[all], [alone]] = [
    await ticked()
      .count({ number: '*' })
      .sum({ which: scattered(db, 'line') }),
    await ticked().where('others', 0).count({ number: '*' }),
  ];
  return { ticked: Number(all.number), alone: Number(alone.number), which: Number(all.which) };
}

/** What could not be done after all. */
export async function refuseLines(
  trx: Transaction,
  importId: number,
  refused: ReadonlyMap<number, string>,
): Promise<void> {
  for (const [line, reason] of refused)
    await trx('import_plans').where({ import_id: importId, line }).update({ kind: 'refused', reason });
}

/** Forgets at most so many; returns how many. */
export async function forgetPlanned(trx: Transaction, importId: number, limit: number): Promise<number> {
  const plans = () => trx('import_plans').where('import_id', importId);
  return plans().whereIn('line', plans().limit(limit).select('line')).delete();
}

function plannedOf(row: Row<'import_plans'>): PlannedLine {
  return {
    line: row.line,
    piece: row.piece,
    kind: row.kind,
    name: row.name,
    subjectId: row.subject_id,
    version: row.version,
    change: JSON.parse(row.change),
    told: JSON.parse(row.told),
    reason: row.reason,
    newEmail: row.new_email,
    isTicked: row.is_ticked === 1,
    others: row.others,
    waits: row.waits === 1,
  };
}
