import type { Reader } from '../db/database.ts';
import { whereAlong } from '../db/keyset.ts';
import { attributeNamed, USER_ATTRIBUTES } from './attribute.ts';
import { compareText } from './comparing.ts';
import type { AttributePath, Filter } from './filter.ts';
import { countProvisioned } from './provisioned-user-store.ts';
import { searchedAs } from './resource.ts';
import {
  isPlainValue,
  meant,
  nameOf,
  OWN_SORTS,
  type Query,
  USER,
  type UserSearch,
  valuePath,
  values,
} from './user-conditions.ts';

/** Along the values that are compared, one of each user. */
const ALIKE = 'alike.user_id';

/** In what order; left out, as they came. */
export interface UserOrder {
  path?: AttributePath;
  descending: boolean;
}

/** A place in a list: after it one goes on. */
export interface Place {
  value: string | null;
  id: number;
}

/** What was counted before, by program and filter, with what was so then. */
export type CountsBefore = Map<string, { total: number; changes: number }>;

const MOST_COUNTS = 1_000;

/** How many there are. What takes long is counted once, until something changes. */
export async function countUsers(db: Reader, search: UserSearch, before: CountsBefore): Promise<number> {
  const counts = await countProvisioned(db, search.provisionerId);
  const activity = activityIn(search.filter);
  if (activity) return counts[activity];
  if (!search.filter) return counts.active + counts.deactivated;
  const key = JSON.stringify(search);
  const known = before.get(key);
  if (known?.changes === counts.changes && !isOfOthers(search.filter)) return known.total;
  const found = await counting(db, search, search.filter).first();
  const total = Number(found?.number);
  before.delete(key);
  before.set(key, { total, changes: counts.changes });
  if (before.size > MOST_COUNTS) before.delete([...before.keys()][0]);
  return total;
}

/** Whether it is about what changes without a word of the program: memberships, and the system email. */
function isOfOthers(filter: Filter): boolean {
  if ('parts' in filter) return filter.parts.some(isOfOthers);
  if ('part' in filter) return isOfOthers(filter.part);
  return filter.path.attribute === 'groups' || filter.path.attribute === 'emails';
}

/** One value that is compared is counted along its index alone, less those who are deleted: no row of a user is looked at. */
function counting(db: Reader, search: UserSearch, filter: Filter): Query {
  const { provisionerId } = search;
  if (filter.kind !== 'compare' || !isPlainValue(filter)) return meant(db, search).count('* as number');
  const gone = db('provisioned_users').where({ provisioner_id: provisionerId, activity: 'deleted' }).select('user_id');
  const found = values(db, provisionerId, [valuePath(filter.path)]);
  compareText(found, 'value', filter.operator, searchedAs(filter.value));
  return found.whereNotIn('user_id', gone).countDistinct('user_id as number');
}

/** What a filter says that is about nothing else than whether somebody is active; counts of it are kept. */
function activityIn(filter: Filter | undefined): 'active' | 'deactivated' | undefined {
  if (filter?.kind !== 'compare' || filter.operator !== 'eq' || nameOf(filter.path) !== 'active') return undefined;
  const said = searchedAs(filter.value);
  return said === 'true' ? 'active' : said === 'false' ? 'deactivated' : undefined;
}

/** A page: from after a place, or so many further on. */
export async function findUserPage(
  db: Reader,
  search: UserSearch,
  { path, descending }: UserOrder,
  { from, skip, limit }: { from?: Place; skip: number; limit: number },
): Promise<Place[]> {
  const alike = path ? undefined : valueMeant(db, search);
  if (alike) return ownPage(alike, ALIKE, { descending, from, skip, limit });
  const column = path ? OWN_SORTS.get(nameOf(path)) : orderAlong(search.filter);
  if (column) return ownPage(meant(db, search), column, { descending, from, skip, limit });
  return valuePage(db, search, { path: valuePath(path!), descending, from, skip, limit });
}

/** Where nobody asked for an order, that of the stretch which a filter means: nothing is gathered and sorted. */
function orderAlong(filter: Filter | undefined): string {
  const column = filter?.kind === 'compare' ? OWN_SORTS.get(nameOf(filter.path)) : undefined;
  const isStretch = filter?.kind === 'compare' && ['sw', 'gt', 'ge', 'lt', 'le'].includes(filter.operator);
  return isStretch && column ? column : USER;
}

/** Those of whom one thing is the same stand in order along the index of what is said of them. */
function valueMeant(db: Reader, { provisionerId, filter }: UserSearch): Query | undefined {
  if (filter?.kind !== 'compare' || filter.operator !== 'eq' || !isPlainValue(filter) || isList(filter.path))
    return undefined;
  const found = values(db, provisionerId, [valuePath(filter.path)], 'alike');
  compareText(found, 'alike.value', 'eq', searchedAs(filter.value));
  return found.join('provisioned_users', USER, 'alike.user_id').whereNot('provisioned_users.activity', 'deleted');
}

const isList = (path: AttributePath) => Boolean(attributeNamed(USER_ATTRIBUTES, path.attribute)?.multiValued);

interface Stretch {
  descending: boolean;
  from?: Place;
  skip: number;
  limit: number;
}

async function ownPage(query: Query, column: string, { descending, from, skip, limit }: Stretch): Promise<Place[]> {
  const order = descending ? 'desc' : 'asc';
  query
    .select(`${USER} as id`)
    .limit(limit)
    .offset(from ? 0 : skip);
  if (column === USER || column === ALIKE) {
    if (from) query.where(column, descending ? '<' : '>', from.id);
    query.orderBy(column, order);
  } else
    whereAlong(query.select(`${column} as value`), { value: column, id: USER }, { nulls: false, descending, from });
  return (await query).map((row: Place) => ({ value: row.value ?? null, id: row.id }));
}

/** Along the values of an attribute; those who have none come last. */
async function valuePage(
  db: Reader,
  search: UserSearch,
  { path, ...stretch }: Stretch & { path: string },
): Promise<Place[]> {
  const { from, skip, limit } = stretch;
  const valued = () =>
    meant(db, search)
      .join('provisioned_values as sorted', 'sorted.user_id', USER)
      .where({ 'sorted.provisioner_id': search.provisionerId, 'sorted.path': path, 'sorted.place': 0 });
  const isPast = from?.value === null;
  const first = isPast ? [] : await ownPage(valued(), 'sorted.value', stretch);
  if (first.length === limit) return first;
  const without = meant(db, search).whereNotIn(
    USER,
    values(db, search.provisionerId, [path]).where('place', 0).select('user_id'),
  );
  const gone = from || skip === 0 ? 0 : Number((await valued().count('* as number').first())?.number);
  const rest = await ownPage(without, USER, {
    descending: false,
    from: isPast ? from : undefined,
    skip: from ? 0 : Math.max(0, skip - gone),
    limit: limit - first.length,
  });
  return [...first, ...rest.map(({ id }) => ({ value: null, id }))];
}
