import type { Instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { pieces, whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';

/** When the draft of an operation is to be done. */
export interface Schedule {
  operationId: number;
  dueAt: Instant;
  /** Why it was not done although it was due; empty while it is to be done. */
  waitsFor: string;
}

/** From now on the draft is done at that moment, to these users. `endsRights`: whether they may come to lose what makes an administrator. */
export async function keepSchedule(
  trx: Transaction,
  { operationId, dueAt }: Pick<Schedule, 'operationId' | 'dueAt'>,
  { userIds, endsRights }: { userIds: number[]; endsRights: boolean },
): Promise<void> {
  await trx('scheduled_operations').insert({ operation_id: operationId, due_at: dueAt });
  const rows = userIds.map((user_id) => ({ user_id, operation_id: operationId, ends_rights: endsRights }));
  for (const some of pieces(rows, 1_000)) await bulkInsert(trx, 'scheduled_users', some);
}

export async function findSchedule(db: Reader, operationId: number): Promise<Schedule | undefined> {
  const [row] = await selectSchedule(db, { operationId });
  return row && scheduleOf(row);
}

const selectSchedule = prepared<{ operationId: number }, Row<'scheduled_operations'>>((db, { operationId }) =>
  db('scheduled_operations').where('operation_id', operationId),
);

/** Those that are due and do not wait for anybody, in the order of their moments. */
export async function findDue(db: Reader, now: Instant, limit: number): Promise<Schedule[]> {
  const rows: Row<'scheduled_operations'>[] = await db('scheduled_operations')
    .where('due_at', '<=', now)
    .where('waits_for', '')
    .orderBy(['due_at', 'operation_id'])
    .limit(limit);
  return rows.map(scheduleOf);
}

/** What is to be done to somebody, in the order of its moments. */
export async function findScheduledFor(db: Reader, userId: number): Promise<Schedule[]> {
  return (await selectFor(db, { userId })).map(scheduleOf);
}

const selectFor = prepared<{ userId: number }, Row<'scheduled_operations'>>((db, { userId }) =>
  db('scheduled_operations')
    .join('scheduled_users', 'scheduled_users.operation_id', 'scheduled_operations.operation_id')
    .where('scheduled_users.user_id', userId)
    .orderBy(['due_at', 'scheduled_operations.operation_id'])
    .select('scheduled_operations.*'),
);

/** Of these users, those to whom something is to be done. */
export async function findScheduledAmong(db: Reader, userIds: number[]): Promise<Set<number>> {
  if (userIds.length === 0) return new Set();
  return new Set((await selectAmong(db, { userIds })).map((row) => row.user_id));
}

const selectAmong = prepared<{ userIds: number[] }, { user_id: number }>((db, { userIds }) =>
  whereIdIn(db('scheduled_users'), 'user_id', userIds).distinct('user_id'),
);

/** What these users scheduled and that was not done yet. */
export async function findScheduledBy(db: Reader, authorIds: number[]): Promise<ScheduledBy[]> {
  return selectBy(db, { authorIds });
}

interface ScheduledBy {
  operationId: number;
  authorId: number;
  action: string;
  size: number;
}

const selectBy = prepared<{ authorIds: number[] }, ScheduledBy>((db, { authorIds }) => {
  const scheduled = db('scheduled_operations').join(
    'bulk_operations',
    'bulk_operations.id',
    'scheduled_operations.operation_id',
  );
  return whereIdIn(scheduled, 'bulk_operations.created_by', authorIds)
    .orderBy(['due_at', 'bulk_operations.id'])
    .select({
      operationId: 'bulk_operations.id',
      authorId: 'bulk_operations.created_by',
      action: 'bulk_operations.action',
      size: 'bulk_operations.size',
    });
});

/** All that is to be done, those first that wait although they were due. */
export async function findScheduled(db: Reader, limit: number): Promise<Schedule[]> {
  const rows: Row<'scheduled_operations'>[] = await db('scheduled_operations')
    .orderBy(['due_at', 'operation_id'])
    .limit(limit);
  return rows.map(scheduleOf);
}

export async function moveSchedule(trx: Transaction, operationId: number, dueAt: Instant): Promise<void> {
  await trx('scheduled_operations').where('operation_id', operationId).update({ due_at: dueAt, waits_for: '' });
}

/** It is not done by itself any more, until somebody moves it. */
export async function letWait(trx: Transaction, operationId: number, waitsFor: string): Promise<void> {
  await trx('scheduled_operations').where('operation_id', operationId).update({ waits_for: waitsFor });
}

/** The same of all of them. */
export async function letAllWait(trx: Transaction, waitsFor: string): Promise<void> {
  await trx('scheduled_operations').where('waits_for', '').update({ waits_for: waitsFor });
}

/** It is done, or will not be. Whether it was scheduled till now. */
export async function forgetSchedule(trx: Transaction, operationId: number): Promise<boolean> {
  await trx('scheduled_users').where('operation_id', operationId).delete();
  return (await trx('scheduled_operations').where('operation_id', operationId).delete()) === 1;
}

/** It is done to all others. */
export async function leaveOutOfSchedule(trx: Transaction, operationId: number, userIds: number[]): Promise<void> {
  await whereIdIn(trx('scheduled_users').where('operation_id', operationId), 'user_id', userIds).delete();
}

function scheduleOf(row: Row<'scheduled_operations'>): Schedule {
  return { operationId: row.operation_id, dueAt: row.due_at, waitsFor: row.waits_for };
}
