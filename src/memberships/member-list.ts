import type { Knex } from 'knex';
import type { Activity } from '../access/activity.ts';
import { isOver } from '../access/granted-rights.ts';
import type { Day, Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { selectIds, whereIdIn } from '../db/ids.ts';
import { findUserIdsByText } from '../db/search.ts';
import type { Cursor } from '../lists/list-query.ts';
import { fold } from '../text/text.ts';

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
  /** All that match. */
  total: number;
  /** Cursors of the pages before and after, where there are any. */
  previous?: Cursor;
  next?: Cursor;
}

/** Whom of the members somebody looks for. */
export interface MemberSearch {
  /** Every word of it stands in the name, or in the email where that is looked at. Empty: all. */
  q: string;
  /** Only for who may read it: what is found tells it. */
  looksAtEmails: boolean;
}

const EVERYBODY: MemberSearch = { q: '', looksAtEmails: false };

export interface MemberQuery {
  after?: Cursor;
  before?: Cursor;
  per: number;
  search?: MemberSearch;
}

interface Row {
  user_id: number;
  name: string;
  sort_name: string;
  email: string;
  activity: Activity;
  granted_at: Instant;
  granted_by: number | null;
  until_on: Day | null;
}

/** So few are sorted by themselves; more are found by walking all users by name. */
const FEW = 5_000;

/** One page of a group's members who are not deleted, by name. */
export async function listMembers(db: Reader, groupId: number, query: MemberQuery, today: Day): Promise<MemberList> {
  const { search = EVERYBODY } = query;
  const total = await countMembers(db, groupId, search);
  const backwards = query.before !== undefined && query.after === undefined;
  const cursor = query.after ?? query.before;
  // A cross join keeps the order of the tables: the first is walked.
  const tables =
    total <= FEW ? db('memberships').crossJoin('users' as never) : db('users').crossJoin('memberships' as never);
  const found: Knex.QueryBuilder = tables
    .where('memberships.group_id', groupId)
    .where('users.id', db.ref('memberships.user_id'))
    .whereNot('users.activity', 'deleted')
    .orderBy(['users.sort_name', 'users.id'].map((column) => ({ column, order: backwards ? 'desc' : 'asc' })))
    .limit(query.per + 1)
    .select('memberships.*', 'users.name', 'users.email', 'users.activity', 'users.sort_name');
  await whereFound(db, found, search);
  if (cursor)
    found.whereRaw(`(users.sort_name, users.id) ${backwards ? '<' : '>'} (?, ?)`, [String(cursor.value), cursor.id]);
  const rows: Row[] = await found;
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

export async function countMembers(db: Reader, groupId: number, search = EVERYBODY): Promise<number> {
  const members = membersOf(db, groupId).count('* as total').first();
  await whereFound(db, members, search);
  return Number((await members)?.total ?? 0);
}

/** The members who are not deleted, by id, of those that the search means; at most so many. */
export async function findMemberIds(
  db: Reader,
  groupId: number,
  search: MemberSearch,
  most: number,
): Promise<number[]> {
  const members = membersOf(db, groupId).orderBy('users.id').limit(most).select('users.id');
  await whereFound(db, members, search);
  return selectIds(db, members);
}

function membersOf(db: Reader, groupId: number): Knex.QueryBuilder {
  return db('memberships')
    .join('users', 'users.id', 'memberships.user_id')
    .where('memberships.group_id', groupId)
    .whereNot('users.activity', 'deleted');
}

async function whereFound(db: Reader, members: Knex.QueryBuilder, { q, looksAtEmails }: MemberSearch): Promise<void> {
  const words = fold(q).split(' ').filter(Boolean);
  if (words.length === 0) return;
  whereIdIn(members, 'users.id', await findUserIdsByText(db, words, false));
  if (!looksAtEmails) for (const word of words) members.whereRaw('instr(users.sort_name, ?) > 0', [word]);
}

function placeOf(row: { sort_name: string; user_id: number }): Cursor {
  return { value: row.sort_name, id: row.user_id };
}
