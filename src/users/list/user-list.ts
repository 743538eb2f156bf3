import { may } from '../../access/viewer.ts';
import { instant, minuteOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { visibleOwnerships } from '../../contacts/ownership-values.ts';
import type { Reader } from '../../db/database.ts';
import { meantSoon } from '../../facets/orders/along-index.ts';
import { Kept } from '../../kept.ts';
import { readPage, readRankedPage } from '../../lists/keyset-page.ts';
import { type Cursor, idsAmong } from '../../lists/list-query.ts';
import { breathe } from '../../process/giving-way.ts';
import { findListed, type ListedUser } from './listed-users.ts';
import { findPasted, type PastedList } from './pasted-list.ts';
import { countsOf, NOTHING_OFFERED, type Offered, type UserCounts } from './user-counts.ts';
import type { UserIndex } from './user-index.ts';
import { type ListQuery, wholeView } from './user-list-query.ts';
import { alongSort, sourcesOf } from './user-order.ts';
import { type Asked, filterOf, refreshedWith, select } from './view-selection.ts';

export interface UserList {
  users: ListedUser[];
  total: number;
  /** Whether somebody is one of them, on whatever page. */
  isMeant(id: number): boolean;
  /** How far the feed of changes was read, and at which moment, in milliseconds. */
  change: number;
  at: number;
  /** For each filter, how many users each of its values would leave under the other filters: of tags and groups the largest, and those chosen. */
  counts: UserCounts;
  /** Where the search names users one by one: whom it named. */
  pasted?: PastedList;
  /** Cursors of the pages before and after, where there are any. */
  previous?: Cursor;
  next?: Cursor;
}

/** One page of the list, with the counts of every filter. */
export async function listUsers(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer: asking, offered = NOTHING_OFFERED }: Asked & { offered?: Offered },
): Promise<UserList> {
  const viewer = await findContactViewer(db, asking, minuteOf(limits.now));
  const allPasted = await refreshedAndCounted(db, index, viewer, query, offered);
  const [pasted, ...pastedInViews] = allPasted;
  const selection = select(index, query, viewer, pasted);
  const { change } = index;
  const counts = countsKeptBy(index).get(
    [
      index.held.facets.version,
      index.groups.change,
      wholeView(query),
      allPasted,
      visibleOwnerships(viewer),
      may(viewer, 'groups', 'read'),
      offered.tags,
      offered.groups,
      offered.rights,
      offered.views,
    ],
    () => {
      // One more than is shown: it tells whether there are others. Some may be on deleted ones alone.
      const largest = index.largest('tag', offered.tags + 1);
      const ofDeleted = query.activity.includes('deleted') ? index.tagsOf(selection) : [];
      const tags = [...new Set([...largest, ...ofDeleted])];
      return countsOf(index, selection, {
        tags: [...tags.slice(0, offered.tags), ...idsAmong(query.tag)],
        hasMoreTags: tags.length > offered.tags,
        groups: [...index.largest('group', offered.groups, index.groups.deleted), ...idsAmong(query.group)],
        rights: offered.rights,
        addresses: query.address,
        contactless: index.derived.contactless(viewer),
        views: offered.views.map((view, n) => filterOf(index, view, viewer, pastedInViews[n])),
      });
    },
  );
  await breathe();
  const page = await readRankedPage(query, sourcesOf(db, index, { query, viewer, pasted, selection }));
  const ids = page.rows;
  const users = await findListed(db, index, ids, query.columns, { viewer, now: instant(limits.now) });
  await breathe();
  return {
    users,
    total: selection.total,
    isMeant: (id) => selection.has(id),
    change,
    at: limits.now,
    counts,
    pasted,
    previous: page.previous,
    next: page.next,
  };
}

const keptCounts = new WeakMap<object, Kept<UserCounts>>();

/** Those of this index: from page to page of a view they are the same, and so is what is made of them. */
function countsKeptBy({ held: { facets } }: UserIndex): Kept<UserCounts> {
  const kept = keptCounts.get(facets) ?? new Kept();
  keptCounts.set(facets, kept);
  return kept;
}

/** A page without counts. */
export interface EarlyUserList extends Pick<UserList, 'users' | 'previous' | 'next' | 'pasted'> {
  /** Of those alone who were looked at. */
  looked: UserIndex;
}

/** One page of the list while the index is still being read: without counts, and of a rare filter only what is found soon. */
export async function listMeanwhile(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer: asking }: Asked,
): Promise<EarlyUserList> {
  const viewer = await findContactViewer(db, asking, minuteOf(limits.now));
  const looked = index.ofNobody();
  const pasted = await findPasted(db, query.q);
  const source = meantSoon(alongSort(db, viewer, query.sort, pasted?.ids), async (ids) => {
    await breathe();
    await looked.take(ids, limits.now);
    await breathe();
    return select(looked, query, viewer, pasted);
  });
  const { rows, previous, next } = await readPage(query, source);
  await breathe();
  const users = await findListed(db, looked, rows, query.columns, { viewer, now: instant(limits.now) });
  await breathe();
  return { users, previous, next, pasted, looked };
}

/**
 * What `refreshedWith` gives, of the view and of those beside it. All is by then that takes long and is kept, with pauses: who is meant, and where nothing
 * was counted since the last change, what is counted beside them.
 */
async function refreshedAndCounted(
  db: Reader,
  index: UserIndex,
  viewer: ContactViewer,
  query: ListQuery,
  { views, rights }: Offered,
): Promise<(PastedList | undefined)[]> {
  const queries = [query, ...views];
  const pasted = await refreshedWith(db, index, viewer, queries);
  const beside = [
    () => index.derived.groupless().set,
    ...rights.map((right) => () => index.derived.holders(right).set),
    ...views.map((view, n) => () => index.total(filterOf(index, view, viewer, pasted[n + 1]))),
  ];
  const steps = [() => select(index, query, viewer, pasted[0]), ...(index.isUncounted ? beside : [])];
  let hadOthersTurn = false;
  for (const step of steps) {
    step();
    if (await breathe()) hadOthersTurn = true;
  }
  return hadOthersTurn ? refreshedWith(db, index, viewer, queries) : pasted;
}
