import { openDatabase, type Reader } from '../src/db/database.ts';
import { encodeCursor } from '../src/lists/list-query.ts';
import { SORTS } from '../src/users/list/user-list-query.ts';
import { SOON_DAYS, STATES } from '../src/users/user-state.ts';

/** The view of pages each of which has other rows. */
export const LEAFING = 'one page after another';
/** Many more than the program keeps anything of. */
const LEAFED = 400;

/** Whose values are not kept of each user but made of others, or by the clock. */
const OTHER_FILTERS: [label: string, query: string][] = [
  ['no group', 'group=none'],
  ['no linked contact', 'contact=none'],
  ...SOON_DAYS.flatMap((days): [string, string][] => [
    [`starts within ${days} days`, `starts=${days}`],
    [`leaves within ${days} days`, `leaves=${days}`],
  ]),
  ['administrators', 'right=administrator'],
  ['may write users', 'right=users.write'],
  ['may read contacts', 'right=contacts.read'],
];

/** What the budget sets one limit for. */
export type Kind =
  | 'sort'
  | 'cursor'
  | 'leafing'
  | 'filter'
  | 'two filters'
  | 'search'
  | 'combination'
  | 'record'
  | 'group'
  | 'other list';

export interface View {
  kind: Kind;
  label: string;
  /** Or several that are asked for in turns, by each connection from another one on: of whom the rows were not shown a moment ago. */
  path: string | string[];
}

/** Every view that is measured, for the data at hand: common and rare values of each filter, places deep in the list. */
export async function viewsOf(folder: string): Promise<View[]> {
  const db = openDatabase(folder);
  const groups = await bySize(db.read, 'memberships', 'group_id');
  const tags = await bySize(db.read, 'user_tags', 'tag_id');
  const [large, middle, small] = [groups[0], groups[Math.floor(groups.length / 2)], groups[groups.length - 1]];
  const [common, rare] = [tags[0], tags[tags.length - 1]];
  const deep = await placeInTheMiddle(db.read);
  const places = await placesThroughout(db.read);
  const record = (await db.read('users').whereNotNull('contact_id').orderBy('group_count', 'desc').first('id')).id;
  await db.close();

  const list = (kind: Kind, label: string, query: string): View => ({
    kind,
    label,
    path: `/users${query && `?${query}`}`,
  });
  return [
    list('sort', 'page 1, by name', ''),
    ...SORTS.flatMap((sort) => [
      ...(sort === 'name' ? [] : [list('sort', `by ${sort}`, `sort=${sort}`)]),
      list('sort', `by ${sort}, descending`, `sort=-${sort}`),
    ]),
    list('cursor', 'after the middle', `after=${deep}`),
    list('cursor', 'before the middle', `before=${deep}`),
    { kind: 'leafing', label: LEAFING, path: places.map((place) => `/users?after=${place}`) },
    ...['active', 'deactivated', 'deleted'].map((one) => list('filter', one, `activity=${one}`)),
    ...STATES.map((one) => list('filter', one, `state=${one}`)),
    list('filter', 'common tag', `tag=${common}`),
    list('filter', 'rare tag', `tag=${rare}`),
    list('filter', 'large group', `group=${large}`),
    list('filter', 'middling group', `group=${middle}`),
    list('filter', 'small group', `group=${small}`),
    ...OTHER_FILTERS.map(([label, query]) => list('filter', label, query)),
    list('two filters', 'active, large group', `activity=active&group=${large}`),
    list('two filters', 'stale, common tag', `state=stale&tag=${common}`),
    list('two filters', 'large group, common tag', `group=${large}&tag=${common}`),
    list('two filters', 'deactivated, small group', `activity=deactivated&group=${small}`),
    list('two filters', 'no group, no linked contact', 'group=none&contact=none'),
    list('two filters', 'may read contacts, common tag', `right=contacts.read&tag=${common}`),
    list('search', 'common: mar', 'q=mar'),
    list('search', 'rare: xiuying', 'q=xiuying'),
    list('search', 'one letter: z', 'q=z'),
    list('search', 'two words: anna berlin', 'q=anna+berlin'),
    list('search', 'nobody: qqqq', 'q=qqqq'),
    list('combination', 'mar, large group', `q=mar&group=${large}`),
    list('combination', 'mar, stale, by last login', 'q=mar&state=stale&sort=-last_login'),
    list('combination', 'e, common tag, by contact', `q=e&tag=${common}&sort=contact`),
    list('combination', 'small group, by last login', `group=${small}&sort=-last_login`),
    list(
      'combination',
      'stale, to be confirmed, common tag, large group',
      `state=stale&state=to-be-confirmed&tag=${common}&group=${large}`,
    ),
    { kind: 'record', label: 'one user', path: `/users/${record}` },
    { kind: 'other list', label: 'groups, by name', path: '/groups' },
    { kind: 'other list', label: 'groups, by users, searched', path: '/groups?q=a&sort=-users' },
    { kind: 'other list', label: 'contacts', path: '/contacts' },
    { kind: 'other list', label: 'contacts searched', path: '/contacts?q=mar' },
    { kind: 'other list', label: 'audit', path: '/audit' },
    { kind: 'other list', label: 'invitations', path: '/invitations' },
    { kind: 'group', label: 'the largest group', path: `/groups/${large}` },
    { kind: 'group', label: 'why a user has a right', path: `/users/${record}/permissions?application=contacts` },
    { kind: 'group', label: 'who has a right', path: '/applications/contacts' },
  ];
}

/** The id of the group with most members. */
export async function largestGroup(folder: string): Promise<number> {
  const db = openDatabase(folder);
  const [largest] = await bySize(db.read, 'memberships', 'group_id');
  await db.close();
  return largest;
}

/** Ids of active users. */
export async function someUsers(folder: string, count: number): Promise<number[]> {
  const db = openDatabase(folder);
  const ids = await db
    .read('users')
    .where({ activity: 'active', api_only: false })
    .orderBy('email_key')
    .limit(count)
    .pluck('id');
  await db.close();
  return ids;
}

async function bySize(db: Reader, table: string, column: string): Promise<number[]> {
  return (await db(table).groupBy(column).orderByRaw('count(*) desc').select(column)).map((row) => row[column]);
}

async function placeInTheMiddle(db: Reader): Promise<string> {
  const [{ total }] = await db('users').count('* as total');
  const offset = Math.floor(Number(total) / 2);
  const row = await db('users').orderBy(['sort_name', 'id']).offset(offset).first('sort_name as value', 'id');
  return encodeCursor(row);
}

/** Places of the list that are far from each other. */
async function placesThroughout(db: Reader): Promise<string[]> {
  const [{ last }] = await db('users').max('id as last');
  const ids = Array.from({ length: LEAFED }, (_, n) => Math.ceil(((n + 1) * Number(last)) / LEAFED));
  const rows = await db('users').whereIn('id', ids).select('sort_name as value', 'id');
  return rows.map((row) => encodeCursor(row));
}
