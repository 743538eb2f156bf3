import type { ContactViewer } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import type { Selection } from '../../facets/facet-index.ts';
import { type FrozenSet, frozenAlong } from '../../facets/frozen-walk.ts';
import type { Along } from '../../facets/orders/along.ts';
import { alongIndex, type IndexedSort, meantAlong, meantByRank } from '../../facets/orders/along-index.ts';
import type { Keepable } from '../../facets/orders/kept-orders.ts';
import { alongContacts } from '../../linked-contacts/linked-search.ts';
import type { Source } from '../../lists/keyset-page.ts';
import { isRanked } from '../../lists/list-query.ts';
import { searchedWhole } from '../../text/text.ts';
import type { PastedList } from './pasted-list.ts';
import type { UserFacet } from './user-facets.ts';
import type { UserIndex } from './user-index.ts';
import type { ListQuery, SortKey } from './user-list-query.ts';
import { refreshedWith, select } from './view-selection.ts';

/** The orders that have an index. */
const SORTS: Record<OwnSort, IndexedSort> = {
  name: alongColumn('sort_name'),
  email: alongColumn('email_key', true),
  last_login: alongColumn('last_login_at', true),
  groups: alongNumbers('group_count', 2_147_483_647),
  no_shared_data: alongNumbers('no_shared_data', 1),
  leaves: alongColumn('leaves_at', true),
  created: alongColumn('created_at'),
};

type OwnSort = Exclude<SortKey, 'contact'>;

function alongColumn(value: string, isNullable = false) {
  return alongIndex((db) => db('users'), { value, id: 'id', isNullable });
}

function alongNumbers(value: string, most: number) {
  return alongIndex((db) => db('users'), { value, id: 'id', most });
}

/** The ids of all users, or of those, along a sort. */
export function alongSort(db: Reader, viewer: ContactViewer, sort: SortKey, among?: number[]): Along {
  return sort === 'contact' ? alongContacts(db, viewer, among) : SORTS[sort](db, among);
}

/** Where the list's order comes from. */
export function sourcesOf(
  db: Reader,
  index: UserIndex,
  of: {
    query: ListQuery;
    viewer: ContactViewer;
    pasted: PastedList | undefined;
    selection: Selection<UserFacet>;
  },
): Source<number>[] {
  const { query, viewer, pasted, selection } = of;
  const along = (among?: number[]) => alongSort(db, viewer, query.sort, among);
  const keepable = keepableOf(db, index, query.sort);
  const typed = searchedWhole(query.q);
  return isRanked(query) && !pasted
    ? meantByRank(index.ranksOf(typed, selection), typed, index.number, along, keepable)
    : [meantAlong(selection, index.number, along, keepable)];
}

/**
 * The order of a sort. By contacts each viewer has one of their own; and the feed of changes does not name everybody who is in one group less
 * because that is deleted.
 */
export function keepableOf(db: Reader, index: UserIndex, sort: SortKey): Keepable | undefined {
  return sort === 'contact' || sort === 'groups' ? undefined : index.orders.of(sort, () => SORTS[sort].once(db));
}

/** The users that a view means at this moment, in its order. */
export async function freezeUsers(
  db: Reader,
  index: UserIndex,
  { query, viewer }: { query: ListQuery; viewer: ContactViewer },
  atOnce: number,
): Promise<FrozenSet> {
  const [pasted] = await refreshedWith(db, index, viewer, [query]);
  const selection = select(index, query, viewer, pasted);
  const sources = sourcesOf(db, index, { query, viewer, pasted, selection });
  return frozenAlong(selection, sources, { descending: query.descending, atOnce });
}
