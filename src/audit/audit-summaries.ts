import { type Day, dayOf, type Instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import type { Change } from './audit-event.ts';
import type { Row } from './event-form.ts';

/** How often an operation did one kind of thing. */
export interface Done {
  action: string;
  subjectType: Change['subjectType'];
  number: number;
}

interface OperationRow {
  operation_id: number;
  action: string;
  subject_type: string;
  actor_id: number | null;
  number: number;
  first_id: number;
  last_id: number;
}

/** No others: what a newer version adds beside this one must not be written back in some rows of several. */
const COLUMNS: (keyof OperationRow)[] = [
  'operation_id',
  'action',
  'subject_type',
  'actor_id',
  'number',
  'first_id',
  'last_id',
];

/** Keeps what is asked of many events at once: what the operations did, and where the days lie. */
export async function summarize(trx: Transaction, rows: Row[]): Promise<void> {
  await addToDays(trx, rows);
  await addToOperations(trx, rows);
}

async function addToDays(trx: Transaction, rows: Row[]): Promise<void> {
  for (const [day, those] of Map.groupBy(rows, (row) => dayOf(row.at)))
    await keepDay(trx, { day, first_id: those[0].id, last_id: those.at(-1)!.id });
}

const keepDay = prepared<{ day: Day; first_id: number; last_id: number }, never>((db, { day, first_id, last_id }) =>
  db('audit_days').insert({ day, first_id, last_id }).onConflict('day').merge(['last_id']),
);

async function addToOperations(trx: Transaction, rows: Row[]): Promise<void> {
  const ofOperations = rows.filter((row) => row.operation_id !== null);
  if (ofOperations.length === 0) return;
  const ids = [...new Set(ofOperations.map((row) => row.operation_id!))];
  const before = await selectOperations(trx, { ids });
  const done = new Map(before.map((row) => [keyOf(row), row]));
  for (const row of ofOperations) {
    const key = keyOf(row);
    const known = done.get(key) ?? firstOf(row);
    known.number += 1;
    known.last_id = row.id;
    done.set(key, known);
  }
  await deleteOperations(trx, { ids });
  await bulkInsert(trx, 'audit_operations', [...done.values()]);
}

const selectOperations = prepared<{ ids: number[] }, OperationRow>(
  (db, { ids }) => whereIdIn(db('audit_operations').select(COLUMNS), 'operation_id', ids),
  { isKept: false },
);

const deleteOperations = prepared<{ ids: number[] }, never>((db, { ids }) =>
  whereIdIn(db('audit_operations'), 'operation_id', ids).delete(),
);

function keyOf({ operation_id, action, subject_type }: Pick<Row, 'operation_id' | 'action' | 'subject_type'>): string {
  return `${operation_id} ${action} ${subject_type}`;
}

function firstOf({ id, operation_id, action, subject_type, actor_id }: Row): OperationRow {
  return { operation_id: operation_id!, action, subject_type, actor_id, number: 0, first_id: id, last_id: id };
}

/** What each of these operations did, or how often they did that, in the order in which it began. */
export async function findDone(db: Reader, operationIds: number[], action?: string): Promise<Map<number, Done[]>> {
  const rows = await selectDone(db, { isOfAction: Boolean(action) }, { operationIds, action });
  const done = ({ action, subject_type, number }: OperationRow): Done => ({
    action,
    subjectType: subject_type as Done['subjectType'],
    number,
  });
  return new Map([...Map.groupBy(rows, (row) => row.operation_id)].map(([id, some]) => [id, some.map(done)]));
}

const selectDone = preparedInForms<{ isOfAction: boolean }, { operationIds: number[]; action?: string }, OperationRow>(
  (db, { isOfAction }, { operationIds, action }) => {
    const query = whereIdIn(db('audit_operations'), 'operation_id', operationIds).orderBy('first_id');
    return isOfAction ? query.where({ action }) : query;
  },
);

/** Between which events, both included, those of a time lie; its end is not included. Undefined where it has none. */
export async function findIdsWithin(
  db: Reader,
  { from, before }: { from?: Instant; before?: Instant },
): Promise<{ first: number; last: number } | undefined> {
  const days = db('audit_days').min('first_id as first').max('last_id as last');
  if (from) days.where('day', '>=', dayOf(from));
  if (before) days.where('day', '<=', lastDayBefore(before));
  const found = await days.first();
  return found?.first === null || found === undefined
    ? undefined
    : { first: Number(found.first), last: Number(found.last) };
}

/** What ends when a day begins has nothing of that day. */
function lastDayBefore(moment: Instant): Day {
  return dayOf(Date.parse(moment) - 1);
}
