import type { Reader } from '../../db/database.ts';
import { attributeNamed, USER_ATTRIBUTES } from '../attribute.ts';
import { countProvisioned } from '../provisioned-user-store.ts';
import { searchedAs } from '../resource.ts';
import { compareText } from './comparing.ts';
import type { AttributePath, Filter } from './filter.ts';
import { type Counted, KnownList, type ListsBefore, MOST_PLACES, type Place } from './lists-before.ts';
import { meant, type Query, type UserSearch, values } from './user-conditions.ts';
import { isLookedThrough, isPlainValue, looksAtSystemEmail, nameOf, OWN_SORTS, USER, valuePath } from './user-paths.ts';
import { ALIKE, type Stretch, walk, walkFrom, wayTo } from './walking.ts';

/** In what order; left out, as they came. */
export interface UserOrder {
  path?: AttributePath;
  descending: boolean;
}

/** How many there are. What takes long is counted once, until something changes. */
export async function countUsers(db: Reader, search: UserSearch, before: ListsBefore): Promise<Counted> {
  const counts = await countProvisioned(db, search.provisionerId);
  const { changes, active, deactivated, deleted } = counts;
  // Who goes over to another program is one less, and no change.
  const state = [changes, active, deactivated, deleted].join(' ');
  const activity = activityIn(search.filter);
  if (activity) return { total: counts[activity], state };
  if (!search.filter) return { total: active + deactivated, state };
  const name = JSON.stringify(search);
  const known = isOfOthers(search.filter) ? undefined : before.total(name, state);
  if (known !== undefined) return { total: known, state };
  const found = await counting(db, search, search.filter).first();
  const counted = { total: Number(found?.number), state };
  before.putTotal(name, counted);
  return counted;
}

/** Whether it is about what changes without a word of the program: memberships, and the system email. */
function isOfOthers(filter: Filter): boolean {
  if ('parts' in filter) return filter.parts.some(isOfOthers);
  if ('part' in filter) return isOfOthers(filter.part);
  return filter.path.attribute === 'groups' || looksAtSystemEmail(filter);
}

/** One value that is compared is counted along its index alone, less those who are deleted: no row of a user is looked at. */
function counting(db: Reader, search: UserSearch, filter: Filter): Query {
  const { provisionerId } = search;
  if (filter.kind !== 'compare' || !isPlainValue(filter)) return meant(db, search).count('* as number');
  const gone = db('provisioned_users').where({ provisioner_id: provisionerId, activity: 'deleted' }).select('user_id');
  const found = values(db, provisionerId, [valuePath(filter.path)]);
  compareText(found, 'value', filter.operator, searchedAs(filter.value));
  found.whereNotIn('user_id', gone);
  return isList(filter.path) ? found.countDistinct('user_id as number') : found.count('* as number');
}

/** What a filter says that is about nothing else than whether somebody is active; counts of it are kept. */
function activityIn(filter: Filter | undefined): 'active' | 'deactivated' | undefined {
  if (filter?.kind !== 'compare' || filter.operator !== 'eq' || nameOf(filter.path) !== 'active') return undefined;
  const said = searchedAs(filter.value);
  return said === 'true' ? 'active' : said === 'false' ? 'deactivated' : undefined;
}

/** A page of what was counted: from after a place, or so many further on. */
export async function findUserPage(
  db: Reader,
  search: UserSearch,
  order: UserOrder,
  page: { from?: Place; skip: number; limit: number },
  { counted, before }: { counted: Counted; before: ListsBefore },
): Promise<Place[]> {
  const { path, descending } = order;
  const column = path ? OWN_SORTS.get(nameOf(path)) : orderAlong(search.filter);
  if (!column) return valuePage(db, search, { path: valuePath(path!), descending, ...page });
  const isLooking = search.filter !== undefined && isLookedThrough(search.filter);
  const isSmall = counted.total <= MOST_PLACES;
  // What is small is walked at once, unless all that is said has to be looked through for it.
  const isKept = (isLooking || !isSmall) && !(search.filter && isOfOthers(search.filter));
  const list = isKept ? before.list(JSON.stringify([search, order]), counted.state) : new KnownList('');
  if (isLooking && isKept && isSmall) {
    list.whole ??= await walk(meant(db, search), column, { descending, skip: 0, limit: MOST_PLACES });
    return list.whole.slice(page.skip, page.skip + page.limit);
  }
  const way = page.from ? undefined : wayTo(page, counted.total, list);
  const passed = (way?.distance ?? 0) + page.limit;
  const alike = path ? undefined : valueMeant(db, search);
  const query = alike ?? meant(db, { ...search, isAlong: isLooking && passed * LOOKED_AT_ONCE <= counted.total });
  const along = alike ? ALIKE : column;
  return way
    ? walkFrom(query, along, { descending, skip: page.skip }, way, list)
    : walk(query, along, { descending, ...page, skip: 0 });
}

/** To look up what is said of one user takes as long as to look through what is said of so many. */
const LOOKED_AT_ONCE = 10;

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
  const first = isPast ? [] : await walk(valued(), 'sorted.value', { ...stretch, skip: from ? 0 : skip });
  if (first.length === limit) return first;
  const without = meant(db, search).whereNotIn(
    USER,
    values(db, search.provisionerId, [path]).where('place', 0).select('user_id'),
  );
  const gone = from || skip === 0 ? 0 : Number((await valued().count('* as number').first())?.number);
  const rest = await walk(without, USER, {
    descending: false,
    from: isPast ? from : undefined,
    skip: from ? 0 : Math.max(0, skip - gone),
    limit: limit - first.length,
  });
  return [...first, ...rest.map(({ id }) => ({ value: null, id }))];
}
