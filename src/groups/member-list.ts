import type { Day, Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import type { Activity } from '../users/user.ts';
import type { Cursor } from '../web/list-query.ts';
import { isOver } from './membership-store.ts';

export interface Member {
  userId: number;
  name: string;
  email: string;
  activity: Activity;
  grantedAt: Instant;
  grantedBy: number | null;
  untilOn: Day | null;
  isOver: boolean;
}

export interface MemberList {
  members: Member[];
  total: number;
  /** Cursors of the pages before and after, where there are any. */
  previous?: Cursor;
  next?: Cursor;
}

export interface MemberQuery {
  after?: Cursor;
  before?: Cursor;
  per: number;
}

/** So few are sorted by themselves; more are found by walking all users by name. */
const FEW = 5_000;

/** One page of a group's members who are not deleted, by name. */
export async function listMembers(db: Reader, groupId: number, query: MemberQuery, today: Day): Promise<MemberList> {
  const total = await countMembers(db, groupId);
  const backwards = query.before !== undefined && query.after === undefined;
  const cursor = query.after ?? query.before;
  // A cross join keeps the order of the tables: the first is walked.
  const tables =
    total <= FEW ? db('memberships').crossJoin('users' as never) : db('users').crossJoin('memberships' as never);
  const found = tables
    .where('memberships.group_id', groupId)
    .where('users.id', db.ref('memberships.user_id'))
    .whereNot('users.activity', 'deleted')
    .orderBy(['users.sort_name', 'users.id'].map((column) => ({ column, order: backwards ? 'desc' : 'asc' })))
    .limit(query.per + 1)
    .select('memberships.*', 'users.name', 'users.email', 'users.activity', 'users.sort_name');
  if (cursor)
    found.whereRaw(`(users.sort_name, users.id) ${backwards ? '<' : '>'} (?, ?)`, [String(cursor.value), cursor.id]);
  const rows = await found;
  const isMore = rows.length > query.per;
  const shown = rows.slice(0, query.per);
  if (backwards) shown.reverse();
  const [first, last] = [shown[0], shown.at(-1)];
  const hasPrevious = backwards ? isMore : cursor !== undefined;
  return {
    members: shown.map((row) => ({
      userId: row.user_id,
      name: row.name,
      email: row.email,
      activity: row.activity,
      grantedAt: row.granted_at,
      grantedBy: row.granted_by,
      untilOn: row.until_on,
      isOver: isOver({ untilOn: row.until_on }, today),
    })),
    total,
    previous: first && hasPrevious ? placeOf(first) : undefined,
    next: last && (backwards || isMore) ? placeOf(last) : undefined,
  };
}

async function countMembers(db: Reader, groupId: number): Promise<number> {
  const row = await db('memberships')
    .join('users', 'users.id', 'memberships.user_id')
    .where('memberships.group_id', groupId)
    .whereNot('users.activity', 'deleted')
    .count('* as total')
    .first();
  return Number(row?.total ?? 0);
}

function placeOf(row: { sort_name: string; user_id: number }): Cursor {
  return { value: row.sort_name, id: row.user_id };
}
