import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { BulkOperation } from './bulk-operation.ts';
import { findMeantAmong } from './bulk-piece-store.ts';

/**
 * Names of users who changed meanwhile: of those who are meant, among whom somebody may be new, and of others, who may have been meant
 * before; and of those who came and went by time alone.
 */
export interface ChangedMeanwhile {
  meant: string[];
  others: string[];
  joined: string[];
  left: string[];
}

const NAMED = 1_000;

/** Of a draft, those who changed between the moment the view was shown and the freezing; the first of them by name. */
export async function findChangedMeanwhile(db: Reader, operation: BulkOperation): Promise<ChangedMeanwhile> {
  const { joined, left } = operation.movedByTime;
  const byTime = { joined: await findNames(db, joined), left: await findNames(db, left) };
  if (operation.shownChange === null || operation.frozenChange === null || operation.subjectType !== 'user')
    return { meant: [], others: [], ...byTime };
  const rows: { user_id: number; name: string; sort_name: string }[] = await db('user_changes')
    .join('users', 'users.id', 'user_changes.user_id')
    .where('user_changes.id', '>', operation.shownChange)
    .where('user_changes.id', '<=', operation.frozenChange)
    .distinct('user_id', 'users.name', 'users.sort_name')
    .orderBy('users.sort_name')
    .limit(NAMED);
  const changed = rows.map((row) => row.user_id);
  const meant = await findMeantAmong(db, operation.id, changed);
  const [within, others] = [true, false].map((isMeant) => rows.filter((row) => meant.has(row.user_id) === isMeant));
  return { meant: within.map(({ name }) => name), others: others.map(({ name }) => name), ...byTime };
}

async function findNames(db: Reader, ids: number[]): Promise<string[]> {
  return ids.length === 0 ? [] : whereIdIn(db('users'), 'id', ids).orderBy('sort_name').pluck('name');
}
