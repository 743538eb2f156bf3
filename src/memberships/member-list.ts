import type { Knex } from 'knex';
import type { Activity } from '../access/activity.ts';
import { isOver } from '../access/granted-rights.ts';
import type { Instant } from '../clock.ts';
import { whereNotDeleted } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { selectIds, whereIdIn } from '../db/ids.ts';
import { whereAlong } from '../db/keyset.ts';
import { findUserIdsByText } from '../db/search.ts';
import type { Row } from '../db/tables.ts';
import { readPage } from '../lists/keyset-page.ts';
import type { Cursor } from '../lists/list-query.ts';
import { searchedWords } from '../text/text.ts';

export interface Member {
  userId: number;
  name: string;
  email: string | null;
  activity: Activity;
  grantedAt: Instant;
  grantedBy: number | null;
  untilAt: Instant | null;
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

type Found = Row<'memberships'> & Pick<Row<'users'>, 'name' | 'sort_name' | 'email' | 'activity'>;

/** So few are sorted by themselves; more are found by walking all users by name. */
const FEW = 5_000;

/** One page of a group's members who are not deleted, by name. */
export async function listMembers(db: Reader, groupId: number, query: MemberQuery, now: Instant): Promise<MemberList> {
  const { search = EVERYBODY } = query;
  const total = await countMembers(db, groupId, search);
  const key = { value: 'users.sort_name', id: 'users.id' };
  const page = await readPage<Found>(
    { ...query, descending: false },
    {
      async read(stretch, limit) {
        // A cross join keeps the order of the tables: the first is walked.
        const tables =
          total <= FEW ? db('memberships').crossJoin('users' as never) : db('users').crossJoin('memberships' as never);
        const found: Knex.QueryBuilder = tables
          .where('memberships.group_id', groupId)
          .where('users.id', db.ref('memberships.user_id'))
          .modify(whereNotDeleted, 'users')
          .select('memberships.*', 'users.name', 'users.email', 'users.activity', 'users.sort_name');
        await whereFound(db, found, search);
        return whereAlong(found, key, stretch).limit(limit);
      },
      placeOf: (row) => ({ value: row.sort_name, id: row.user_id }),
    },
  );
  return {
    members: page.rows.map((row) => memberOf(row, now)),
    total,
    previous: page.previous,
    next: page.next,
  };
}

/** The members who are not deleted, by their ids, past one of them. */
export async function findMembersAfter(
  db: Reader,
  groupId: number,
  { after, limit }: { after: number; limit: number },
  now: Instant,
): Promise<Member[]> {
  const rows: Omit<Found, 'sort_name'>[] = await membersOf(db, groupId)
    .where('memberships.user_id', '>', after)
    .orderBy('memberships.user_id')
    .limit(limit)
    .select('memberships.*', 'users.name', 'users.email', 'users.activity');
  return rows.map((row) => memberOf(row, now));
}

function memberOf(row: Omit<Found, 'sort_name'>, now: Instant): Member {
  return {
    userId: row.user_id,
    name: row.name,
    email: row.email,
    activity: row.activity,
    grantedAt: row.granted_at,
    grantedBy: row.granted_by,
    untilAt: row.until_at,
    isOver: isOver({ untilAt: row.until_at }, now),
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
    .modify(whereNotDeleted, 'users');
}

async function whereFound(db: Reader, members: Knex.QueryBuilder, { q, looksAtEmails }: MemberSearch): Promise<void> {
  const words = searchedWords(q);
  if (words.length === 0) return;
  whereIdIn(members, 'users.id', await findUserIdsByText(db, words, looksAtEmails));
}
