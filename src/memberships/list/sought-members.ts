import type { Knex } from 'knex';
import { ACTIVITIES } from '../../access/activity.ts';
import { whereNotDeleted } from '../../db/conditions.ts';
import type { Reader } from '../../db/database.ts';
import { selectIds, whereIdIn } from '../../db/ids.ts';
import { whereAlong } from '../../db/keyset.ts';
import { findUserIdsByText } from '../../db/search.ts';
import { PATIENCE_OF_A_PAGE } from '../../facets/following/follower.ts';
import { alongIndex, meantAlong } from '../../facets/orders/along-index.ts';
import type { Source } from '../../lists/keyset-page.ts';
import { searchedWords } from '../../text/text.ts';
import type { UserIndex, UserSources } from '../../users/list/user-index.ts';

/** Whom of the members somebody looks for. */
export interface MemberSearch {
  /** Every word of it stands in the name, or in the email where that is looked at. Empty: all. */
  q: string;
  /** Only for who may read it: what is found tells it. */
  looksAtEmails: boolean;
}

const EVERYBODY: MemberSearch = { q: '', looksAtEmails: false };

/** Members of a group who are not deleted, those whose membership is over included. */
export interface SoughtMembers {
  total: number;
  /** Their ids by name. */
  source: Source<number>;
  /** At most so many, by id. */
  ids(most: number): number[] | Promise<number[]>;
}

/** Those of the group's members that a search means. */
export async function soughtMembers(
  { db: { read: db }, index }: UserSources,
  groupId: number,
  search = EVERYBODY,
): Promise<SoughtMembers> {
  const isRead = await index.refreshWithin(PATIENCE_OF_A_PAGE);
  return isRead ? byIndex(db, index, groupId, search) : meanwhile(db, groupId, search);
}

const NAMES = { value: 'users.sort_name', id: 'users.id' };
const alongNames = alongIndex((db) => db('users'), NAMES);
const LISTED = ACTIVITIES.flatMap((activity, n) => (activity === 'deleted' ? [] : [n]));

function byIndex(db: Reader, index: UserIndex, groupId: number, { q, looksAtEmails }: MemberSearch): SoughtMembers {
  const words = searchedWords(q);
  const selection = index.select({
    values: { activity: LISTED },
    derived: { group: [index.derived.membersOf(groupId)] },
    within: words && index.called(words, looksAtEmails),
  });
  return {
    total: selection.total,
    source: meantAlong(selection, index.number, (among) => alongNames(db, among)),
    ids: (most) => selection.set.first(most, false),
  };
}

/** So few are sorted by themselves; more are found by walking all users by name. */
const FEW = 5_000;

/** The same while the index is still being read, by a count of all of them. */
async function meanwhile(db: Reader, groupId: number, { q, looksAtEmails }: MemberSearch): Promise<SoughtMembers> {
  const words = searchedWords(q);
  const found = words && (await findUserIdsByText(db, words, looksAtEmails));
  const restrict = (members: Knex.QueryBuilder) => {
    members.where('memberships.group_id', groupId).where('users.id', db.ref('memberships.user_id'));
    if (found) whereIdIn(members, 'users.id', found);
    return members.modify(whereNotDeleted, 'users');
  };
  // A cross join keeps the order of the tables: the first is walked.
  const byMembership = () => restrict(db('memberships').crossJoin('users' as never));
  const total = Number((await byMembership().count('* as total').first())?.total ?? 0);
  const byName = () => (total <= FEW ? byMembership() : restrict(db('users').crossJoin('memberships' as never)));
  return {
    total,
    source: {
      read: (stretch, limit) => selectIds(db, whereAlong(byName(), NAMES, stretch).limit(limit).select('users.id')),
      placeOf: alongNames(db).placeOf,
    },
    ids: (most) => selectIds(db, byMembership().orderBy('users.id').limit(most).select('users.id')),
  };
}
