import type { Instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { Row } from '../db/tables.ts';
import { sortedByName } from '../text/sort-key.ts';
import type { Act } from '../verbs/act.ts';
import type { Before } from '../verbs/action.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { BulkOperation, SubjectType } from './bulk-operation.ts';

export interface BulkItem {
  id: number;
  name: string;
  /** Empty for what has none. */
  email: string;
  outcome: 'changed' | 'left out' | null;
  reason: string;
  before: Before;
  /** How often it had been changed right after; null where that was not kept. */
  version: number | null;
}

/** Where the subjects of each type stand, and which columns name them. Of the few groups no table keeps what they are sorted by. */
const SOURCES: Record<SubjectType, { table: string; email: string | null; order: string | null }> = {
  user: { table: 'users', email: 'email', order: 'sort_name' },
  group: { table: 'groups', email: null, order: null },
};

export interface Draft {
  subjectType: SubjectType;
  action: string;
  ids: number[];
  undoes?: number;
  /** The list it was begun on; with what it showed where all of it were meant. */
  view?: Pick<BulkOperation, 'view' | 'shown' | 'shownChange' | 'frozenChange' | 'excepted'>;
}

/** Freezes the set. Nothing is done to anybody yet. */
export async function createDraft(trx: Transaction, act: Act, draft: Draft): Promise<number> {
  const [{ id }] = await trx('bulk_operations')
    .insert({
      subject_type: draft.subjectType,
      action: draft.action,
      created_by: act.by.id,
      created_at: act.at,
      view: draft.view?.view,
      shown: draft.view?.shown,
      shown_change: draft.view?.shownChange,
      frozen_change: draft.view?.frozenChange,
      excepted: draft.view?.excepted,
      undoes: draft.undoes,
    })
    .returning('id');
  const items = draft.ids.map((subject_id) => ({ operation_id: id, subject_id }));
  await bulkInsert(trx, 'bulk_operation_items', items);
  return id;
}

/** Throws NotFound for an unknown one. */
export async function findOperation(db: Reader, id: number): Promise<BulkOperation> {
  const row = await db('bulk_operations').where({ id }).first();
  if (!row) throw new NotFound('There is no such operation.');
  return operationOf(row);
}

export interface ListedOperation extends BulkOperation {
  creator: string;
  items: number;
  changed: number;
}

/** The newest operations on these types that were executed, with their sizes. */
export async function findExecuted(db: Reader, types: SubjectType[], limit: number): Promise<ListedOperation[]> {
  const items = () => db('bulk_operation_items').where('operation_id', db.ref('bulk_operations.id')).count('*');
  const rows = await db('bulk_operations')
    .join('users', 'users.id', 'bulk_operations.created_by')
    .whereNotNull('executed_at')
    .whereIn('subject_type', types)
    .orderBy('bulk_operations.id', 'desc')
    .limit(limit)
    .select('bulk_operations.*', 'users.name as creator')
    .select(items().as('items'), items().where('outcome', 'changed').as('changed'));
  return rows.map((row) => ({
    ...operationOf(row),
    creator: row.creator,
    items: Number(row.items),
    changed: Number(row.changed),
  }));
}

export async function findItemIds(db: Reader, operationId: number): Promise<number[]> {
  return db('bulk_operation_items').where('operation_id', operationId).orderBy('subject_id').pluck('subject_id');
}

/** Of the frozen users, those who changed between the moment the view was shown and the freezing. */
export async function findChangedMeanwhile(db: Reader, operation: BulkOperation): Promise<string[]> {
  if (operation.shownChange === null || operation.frozenChange === null) return [];
  return db('bulk_operation_items')
    .join('users', 'users.id', 'bulk_operation_items.subject_id')
    .where('operation_id', operation.id)
    .whereIn(
      'subject_id',
      db('user_changes')
        .where('id', '>', operation.shownChange)
        .where('id', '<=', operation.frozenChange)
        .select('user_id'),
    )
    .orderBy('users.sort_name')
    .pluck('users.name');
}

type FoundItem = Row<'bulk_operation_items'> & { name: string; email?: string };

/** The items by the name of their subject. */
export async function findItems(db: Reader, operation: Pick<BulkOperation, 'id' | 'subjectType'>): Promise<BulkItem[]> {
  const { table, email, order } = SOURCES[operation.subjectType];
  const query = db('bulk_operation_items')
    .join(`${table} as subject`, 'subject.id', 'bulk_operation_items.subject_id')
    .where('operation_id', operation.id)
    .orderBy(order ? [`subject.${order}`, 'subject.id'] : ['subject.id'])
    .select('bulk_operation_items.*', 'subject.name as name');
  if (email) query.select(`subject.${email} as email`);
  const rows: FoundItem[] = await query;
  return (order ? rows : sortedByName(rows, (row) => row.name)).map((row) => ({
    id: row.subject_id,
    name: row.name,
    email: row.email ?? '',
    outcome: row.outcome,
    reason: row.reason,
    before: JSON.parse(row.before),
    version: row.version,
  }));
}

/** Of any number of attempts to execute it one is told true (R65). */
export async function claimOperation(trx: Transaction, id: number, at: Instant): Promise<boolean> {
  const claimed = await trx('bulk_operations').where({ id }).whereNull('executed_at').update({ executed_at: at });
  return claimed === 1;
}

/** What it came to for each. */
export type ExecutedItem = Pick<BulkItem, 'id' | 'outcome' | 'reason' | 'before'>;

/** Puts what it came to in the place of the set, and how often each had been changed by then. */
export async function keepOutcomes(trx: Transaction, operation: BulkOperation, items: ExecutedItem[]): Promise<void> {
  const { table } = SOURCES[operation.subjectType];
  const ids = items.map((item) => item.id);
  const rows: { id: number; version: number }[] = await whereIdIn(trx(table), 'id', ids).select('id', 'version');
  const versions = new Map(rows.map((row) => [row.id, row.version]));
  await trx('bulk_operation_items').where('operation_id', operation.id).delete();
  await bulkInsert(
    trx,
    'bulk_operation_items',
    items.map(({ id, outcome, reason, before }) => ({
      operation_id: operation.id,
      subject_id: id,
      outcome,
      reason,
      before: JSON.stringify(before),
      version: versions.get(id),
    })),
  );
}

/** For each subject that the operation changed, its version right after it. */
export async function findVersions(db: Reader, operationId: number): Promise<Map<number, number | null>> {
  const rows: { subject_id: number; version: number | null }[] = await db('bulk_operation_items').where({
    operation_id: operationId,
    outcome: 'changed',
  });
  return new Map(rows.map((row) => [row.subject_id, row.version]));
}

/** Those of these ids that there are, ascending. */
export async function findKnownIds(db: Reader, subjectType: SubjectType, ids: number[]): Promise<number[]> {
  return whereIdIn(db(SOURCES[subjectType].table), 'id', ids).orderBy('id').pluck('id');
}

/** Drafts that nobody executed within a day are forgotten. */
export async function pruneDrafts(trx: Transaction, before: string): Promise<void> {
  const forgotten = trx('bulk_operations').whereNull('executed_at').where('created_at', '<', before);
  await trx('bulk_operation_items').whereIn('operation_id', forgotten.clone().select('id')).delete();
  await forgotten.delete();
}

function operationOf(row: { [column: string]: never }): BulkOperation {
  return {
    id: row.id,
    subjectType: row.subject_type,
    action: row.action,
    createdBy: row.created_by,
    createdAt: row.created_at,
    view: row.view,
    shown: row.shown,
    shownChange: row.shown_change,
    frozenChange: row.frozen_change,
    excepted: row.excepted,
    undoes: row.undoes,
    executedAt: row.executed_at,
  };
}
