import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import type { Channel, LinkSettings } from '../one-time-links/one-time-link-store.ts';
import type { Act } from '../verbs/act.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { BulkAction, BulkOperation, SubjectType } from './bulk-operation.ts';
import { BULK_SUBJECTS, type BulkOutcome } from './bulk-subject.ts';

export interface BulkItem {
  id: number;
  name: string;
  /** Empty for what has none. */
  email: string;
  outcome: 'changed' | 'left out' | null;
  reason: string;
  before: Record<string, unknown>;
}

export interface Draft {
  subjectType: SubjectType;
  action: BulkAction;
  ids: number[];
  /** The list it was begun on; with what it showed where all of it were meant. */
  view?: Pick<BulkOperation, 'view' | 'shown' | 'shownChange' | 'frozenChange'>;
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
  const count = (outcome: string) =>
    db('bulk_operation_items').whereRaw('operation_id = bulk_operations.id').whereRaw(outcome).count('*');
  const rows = await db('bulk_operations')
    .join('users', 'users.id', 'bulk_operations.created_by')
    .whereNotNull('executed_at')
    .whereIn('subject_type', types)
    .orderBy('bulk_operations.id', 'desc')
    .limit(limit)
    .select('bulk_operations.*', 'users.name as creator')
    .select(count('1 = 1').as('items'), count("outcome = 'changed'").as('changed'));
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

/** The items by the name of their subject. */
export async function findItems(db: Reader, operation: Pick<BulkOperation, 'id' | 'subjectType'>): Promise<BulkItem[]> {
  const { table, columns } = BULK_SUBJECTS[operation.subjectType];
  const query = db('bulk_operation_items')
    .join(`${table} as subject`, 'subject.id', 'bulk_operation_items.subject_id')
    .where('operation_id', operation.id)
    .orderBy([`subject.${columns.order}`, 'subject.id'])
    .select('bulk_operation_items.*', `subject.${columns.name} as name`);
  if (columns.email) query.select(`subject.${columns.email} as email`);
  return (await query).map((row) => ({
    id: row.subject_id,
    name: row.name,
    email: row.email ?? '',
    outcome: row.outcome,
    reason: row.reason,
    before: JSON.parse(row.before),
  }));
}

/**
 * Does it, once: of any number of attempts one does, and the others find it done (R65). Everybody is judged anew; who may
 * no longer be changed is left out with the reason (R64). Returns undefined where it had been executed before.
 */
export async function executeOperation(
  trx: Transaction,
  act: Act,
  operation: BulkOperation,
  links: LinkSettings,
  channel: Channel,
): Promise<BulkOutcome[] | undefined> {
  const claimed = await trx('bulk_operations')
    .where({ id: operation.id })
    .whereNull('executed_at')
    .update({ executed_at: act.at });
  if (claimed === 0) return undefined;
  const ids = await findItemIds(trx, operation.id);
  const { perform } = BULK_SUBJECTS[operation.subjectType];
  const outcomes = await perform(trx, act, operation.action, ids, links, channel);
  await trx('bulk_operation_items').where('operation_id', operation.id).delete();
  const items = outcomes.map(({ subject, refusal, before }) => ({
    operation_id: operation.id,
    subject_id: subject.id,
    outcome: refusal ? 'left out' : 'changed',
    reason: refusal?.reason ?? '',
    before: JSON.stringify(before),
  }));
  await bulkInsert(trx, 'bulk_operation_items', items);
  return outcomes;
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
    executedAt: row.executed_at,
  };
}
