import type { Activity } from '../../access/activity.ts';
import { isOver } from '../../access/granted-rights.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import { whereNotDeleted } from '../../db/conditions.ts';
import type { Reader } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import { prepared } from '../../db/prepared.ts';
import type { Row } from '../../db/tables.ts';
import { readPage } from '../../lists/keyset-page.ts';
import type { Cursor } from '../../lists/list-query.ts';
import type { UserSources } from '../../users/list/user-index.ts';
import { type MemberSearch, soughtMembers } from './sought-members.ts';

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

export interface MemberQuery {
  after?: Cursor;
  before?: Cursor;
  per: number;
  search?: MemberSearch;
}

type Found = Row<'memberships'> & Pick<Row<'users'>, 'name' | 'email' | 'activity'>;

/** One page of a group's members who are not deleted, by name. */
export async function listMembers(sources: UserSources, groupId: number, query: MemberQuery): Promise<MemberList> {
  const { total, source } = await soughtMembers(sources, groupId, query.search);
  const { rows: ids, previous, next } = await readPage({ ...query, descending: false }, source);
  const rows = new Map((await selectMembers(sources.db.read, { groupId, ids })).map((row) => [row.user_id, row]));
  const now = minuteOf(sources.clock());
  // Whoever is missing has been taken out of it meanwhile.
  const members = ids.flatMap((id) => rows.get(id) ?? []).map((row) => memberOf(row, now));
  return { members, total, previous, next };
}

const selectMembers = prepared<{ groupId: number; ids: number[] }, Found>((db, { groupId, ids }) =>
  whereIdIn(membersOf(db, groupId), 'memberships.user_id', ids),
);

/** The members who are not deleted, by their ids, past one of them. */
export async function findMembersAfter(
  db: Reader,
  groupId: number,
  { after, limit }: { after: number; limit: number },
  now: Instant,
): Promise<Member[]> {
  const rows: Found[] = await membersOf(db, groupId)
    .where('memberships.user_id', '>', after)
    .orderBy('memberships.user_id')
    .limit(limit);
  return rows.map((row) => memberOf(row, now));
}

function membersOf(db: Reader, groupId: number) {
  return db('memberships')
    .join('users', 'users.id', 'memberships.user_id')
    .where('memberships.group_id', groupId)
    .modify(whereNotDeleted, 'users')
    .select('memberships.*', 'users.name', 'users.email', 'users.activity');
}

function memberOf(row: Found, now: Instant): Member {
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
