import type { Knex } from 'knex';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { preparedInForms } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { jsonWriter } from '../text/json-writer.ts';
import { sortedByName } from '../text/sort-key.ts';
import { isNamed } from '../text/text.ts';
import type { Facts, Written } from '../verbs/action.ts';
import type { BulkOperation, SubjectType } from './bulk-operation.ts';
import { isLarge } from './bulk-operation.ts';

export interface BulkItem extends Written {
  id: number;
  name: string;
  /** Empty for what has none. */
  email: string;
  outcome: 'changed' | 'left out';
  reason: string;
}

/** Where the subjects of each type stand, and which columns name them. Of the few groups no table keeps what they are sorted by. */
const SOURCES: Record<SubjectType, { table: string; email: string | null; order: string | null }> = {
  user: { table: 'users', email: 'email', order: 'sort_name' },
  group: { table: 'groups', email: null, order: null },
  contact: { table: 'contacts', email: 'email', order: 'sort_name' },
};

/** What it came to for one. */
export interface ExecutedItem {
  id: number;
  refusal: string | undefined;
  written: Written | undefined;
}

const NOTHING: Facts = {};

const selectVersions = preparedInForms<{ table: string }, { ids: number[] }, { id: number; version: number }>(
  (db, { table }, { ids }) => whereIdIn(db(table), 'id', ids).select('id', 'version'),
);

/** Writes down what an operation came to for these, and how often each had been changed by then. */
export async function keepOutcomes(
  trx: Transaction,
  { id: operation_id, subjectType }: BulkOperation,
  items: ExecutedItem[],
): Promise<void> {
  const { table } = SOURCES[subjectType];
  const changed = items.filter(({ refusal }) => refusal === undefined).map(({ id }) => id);
  const rows = await selectVersions(trx, { table }, { ids: changed });
  const versions = new Map(rows.map((row) => [row.id, row.version]));
  const [inJsonBefore, inJsonAfter] = [jsonWriter(), jsonWriter()];
  const kept = items.map(({ id, refusal, written }) => ({
    operation_id,
    subject_id: id,
    outcome: refusal === undefined ? 'changed' : 'left out',
    reason: refusal ?? '',
    before: inJsonBefore(written?.before ?? NOTHING),
    after: inJsonAfter(written?.after ?? NOTHING),
    version: versions.get(id) ?? null,
  }));
  // Those of one outcome are alike, and rows that are alike are written sooner.
  for (const alike of Map.groupBy(kept, ({ outcome }) => outcome).values())
    await bulkInsert(trx, 'bulk_operation_items', alike);
}

/** Which items of a report are meant. */
export interface ItemFilter {
  outcome?: BulkItem['outcome'];
  reason?: string;
  /** A part of the name or of the email. */
  q?: string;
  /** Behind this subject, in the order of the report. */
  after?: number;
  seen?: Seen;
}

/** Leaves of a query those subjects that a viewer may see, which stand in this table. */
export type Seen = (query: Knex.QueryBuilder, table: string) => Knex.QueryBuilder;

type FoundItem = Row<'bulk_operation_items'> & { name: string; email?: string };

/**
 * The items that match, at most so many: by the name of their subject, or where there are too many to sort them for each look, by its
 * number.
 */
export async function findItems(
  db: Reader,
  operation: Pick<BulkOperation, 'id' | 'subjectType' | 'size'>,
  filter: ItemFilter = {},
  limit = Number.MAX_SAFE_INTEGER,
): Promise<BulkItem[]> {
  const { email, order } = SOURCES[operation.subjectType];
  const query = itemsOf(db, operation, filter.seen).select('bulk_operation_items.*', 'subject.name as name');
  if (email) query.select(`subject.${email} as email`);
  if (filter.outcome) query.where('outcome', filter.outcome);
  if (filter.reason) query.where('reason', filter.reason);
  if (isLarge(operation)) return findInOrderOfIds(query, filter, limit);
  if (order) query.orderBy([`subject.${order}`, 'subject.id']);
  const rows: FoundItem[] = await query.orderBy('subject.id');
  const inOrder = order ? rows : sortedByName(rows, (row) => row.name);
  const begin = filter.after === undefined ? 0 : inOrder.findIndex((row) => row.subject_id === filter.after) + 1;
  return inOrder
    .slice(begin)
    .filter((row) => isCalled(row, filter.q))
    .slice(0, limit)
    .map(itemOf);
}

function itemsOf(
  db: Reader,
  { id, subjectType }: Pick<BulkOperation, 'id' | 'subjectType'>,
  seen?: Seen,
): Knex.QueryBuilder {
  const query: Knex.QueryBuilder = db('bulk_operation_items')
    .join(`${SOURCES[subjectType].table} as subject`, 'subject.id', 'bulk_operation_items.subject_id')
    .where('operation_id', id);
  return seen ? seen(query, 'subject') : query;
}

/** How many items of an operation a viewer may see. */
export async function countItems(
  db: Reader,
  operation: Pick<BulkOperation, 'id' | 'subjectType'>,
  seen: Seen,
): Promise<number> {
  const counted = await itemsOf(db, operation, seen).count('* as total').first();
  return Number(counted?.total ?? 0);
}

const READ_AT_ONCE = 1_000;

async function findInOrderOfIds(
  query: ReturnType<Reader>,
  { q, after = 0 }: ItemFilter,
  limit: number,
): Promise<BulkItem[]> {
  const found: BulkItem[] = [];
  for (let last = after; found.length < limit; ) {
    const rows: FoundItem[] = await query
      .clone()
      .where('subject_id', '>', last)
      .orderBy('subject_id')
      .limit(READ_AT_ONCE);
    found.push(...rows.filter((row) => isCalled(row, q)).map(itemOf));
    if (rows.length < READ_AT_ONCE) break;
    last = rows.at(-1)!.subject_id;
  }
  return found.slice(0, limit);
}

function isCalled({ name, email = '' }: FoundItem, q: string | undefined): boolean {
  return !q || isNamed(`${name} ${email ?? ''}`, q);
}

/** What an operation wrote into these subjects, or into all that it changed, with the version of each right after it. */
export async function findWritten(
  db: Reader,
  operationId: number,
  ids: number[],
): Promise<Map<number, Written & { version: number | null }>> {
  const query = db('bulk_operation_items').where({ operation_id: operationId, outcome: 'changed' });
  const rows: Row<'bulk_operation_items'>[] = await whereIdIn(query, 'subject_id', ids);
  return new Map(
    rows.map(({ subject_id, before, after, version }) => [
      subject_id,
      { before: JSON.parse(before), after: JSON.parse(after), version },
    ]),
  );
}

/** Whom an operation changed, or was to change, ascending. */
export async function findChangedIds(db: Reader, operationId: number): Promise<number[]> {
  return db('bulk_operation_items')
    .where({ operation_id: operationId, outcome: 'changed' })
    .orderBy('subject_id')
    .pluck('subject_id');
}

/** Whether an operation wrote anything that can be compared and brought back. */
export async function hasFacts(db: Reader, operationId: number): Promise<boolean> {
  const row = await db('bulk_operation_items')
    .where({ operation_id: operationId, outcome: 'changed' })
    .whereNot('after', '{}')
    .first('subject_id');
  return row !== undefined;
}

/** Forgets items of an operation, at most so many; returns how many. */
export async function forgetItems(trx: Transaction, operationId: number, limit: number): Promise<number> {
  const items = () => trx('bulk_operation_items').where('operation_id', operationId);
  return items().whereIn('subject_id', items().limit(limit).select('subject_id')).delete();
}

/** Those of these ids that there are and that the viewer may see, ascending. */
export async function findKnownIds(
  db: Reader,
  subjectType: SubjectType,
  ids: number[],
  seen?: Seen,
): Promise<number[]> {
  const query: Knex.QueryBuilder = whereIdIn(db(`${SOURCES[subjectType].table} as subject`), 'subject.id', ids);
  return (seen ? seen(query, 'subject') : query).orderBy('subject.id').pluck('subject.id');
}

function itemOf(row: FoundItem): BulkItem {
  const facts = (text: string): Facts => JSON.parse(text);
  return {
    id: row.subject_id,
    name: row.name,
    email: row.email ?? '',
    outcome: row.outcome ?? 'left out',
    reason: row.reason,
    before: facts(row.before),
    after: facts(row.after),
  };
}
