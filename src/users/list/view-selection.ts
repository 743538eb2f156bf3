import { ACTIVITIES, type Activity } from '../../access/activity.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import { minuteOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import type { FacetFilter, Selection, Within } from '../../facets/facet-index.ts';
import { idsAmong, meansNobody, NONE, soughtWords } from '../../lists/list-query.ts';
import { type Sought, searchedWords } from '../../text/text.ts';
import { SOON_DAYS, STATES, type StateLimits } from '../user-state.ts';
import { NOBODY, ORPHANED } from './derived-sets.ts';
import { findPasted, type PastedList } from './pasted-list.ts';
import type { UserFacet } from './user-facets.ts';
import type { UserIndex } from './user-index.ts';
import type { ListQuery } from './user-list-query.ts';

const NO_GROUP = 0;

/** Which view of the list, at which moment, for whom. */
export interface Asked {
  query: ListQuery;
  limits: StateLimits;
  viewer: Viewer;
}

/** The users that a view means, by filters and search: how many they are, and the ids of all or of the first so many. */
export async function selectForView(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer }: Asked,
  most?: number,
): Promise<{ ids: number[]; total: number; change: number }> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(limits.now));
  const [pasted] = await refreshedWith(db, index, contactViewer, [query]);
  const { set, total } = select(index, query, contactViewer, pasted);
  return { ids: most === undefined ? set.ids() : set.first(most, false), total, change: index.change };
}

/** Whether a view means somebody, by what the index holds just now. */
export async function meantByView(
  db: Reader,
  index: UserIndex,
  { query, viewer, now }: { query: ListQuery; viewer: Viewer; now: number },
): Promise<(id: number) => boolean> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(now));
  const pasted = settled(index, query, contactViewer, await findPasted(db, query.q));
  const selection = select(index, query, contactViewer, pasted);
  return (id) => selection.has(id);
}

/** How many users each of these views means. */
export async function countViews(
  db: Reader,
  index: UserIndex,
  { queries, limits, viewer }: Omit<Asked, 'query'> & { queries: readonly ListQuery[] },
): Promise<number[]> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(limits.now));
  const pasted = await refreshedWith(db, index, contactViewer, queries);
  return queries.map((query, n) => select(index, query, contactViewer, pasted[n]).total);
}

/** The largest groups, with how many of a view are in each. */
export async function countLargestGroups(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer }: Asked,
  most: number,
): Promise<{ id: number; count: number }[]> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(limits.now));
  const [pasted] = await refreshedWith(db, index, contactViewer, [query]);
  const selection = select(index, query, contactViewer, pasted);
  return index.largest('group', most, index.groups.deleted).map((id) => ({ id, count: selection.count('group', id) }));
}

/** How many of those that a view means under its other filters are in each of the groups, or have each of the tags. */
export async function countInValues(
  db: Reader,
  index: UserIndex,
  { query, limits, viewer }: Asked,
  facet: 'group' | 'tag',
  ids: number[],
): Promise<Map<number, number>> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(limits.now));
  const [pasted] = await refreshedWith(db, index, contactViewer, [query]);
  const selection = select(index, query, contactViewer, pasted);
  return new Map(ids.map((id) => [id, selection.count(facet, id)]));
}

/** Whom each of the views names one by one, and the index refreshed to what is so now: what is asked right afterwards is of one moment. */
export async function refreshedWith(
  db: Reader,
  index: UserIndex,
  viewer: ContactViewer,
  queries: readonly ListQuery[],
): Promise<(PastedList | undefined)[]> {
  const pasted = await findAllPasted(db, queries);
  await index.refresh();
  return queries.map((query, n) => settled(index, query, viewer, pasted[n]));
}

/** Most pages, and most views beside them, search for nothing. */
async function findAllPasted(db: Reader, queries: readonly ListQuery[]): Promise<(PastedList | undefined)[]> {
  if (queries.every(({ q }) => q === '')) return [];
  return Promise.all(queries.map(({ q }) => findPasted(db, q)));
}

/** A list of which it is not sure that it is one is none where its words find somebody: "Berg, Anna" may be one person. */
function settled(
  index: UserIndex,
  { q }: ListQuery,
  viewer: ContactViewer,
  pasted: PastedList | undefined,
): PastedList | undefined {
  if (!pasted?.isDoubtful) return pasted;
  // Whoever was deleted is asked for by a filter, which must not change what the search means.
  const values = { activity: [ACTIVITIES.indexOf('active'), ACTIVITIES.indexOf('deactivated')] };
  return index.total({ values, within: found(index, searchedWords(q), viewer) }) > 0 ? undefined : pasted;
}

/** By the data that the index was refreshed to. */
export function select(
  index: UserIndex,
  query: ListQuery,
  viewer: ContactViewer,
  pasted: PastedList | undefined,
): Selection<UserFacet> {
  return index.select(filterOf(index, query, viewer, pasted));
}

export function filterOf(
  index: UserIndex,
  query: ListQuery,
  viewer: ContactViewer,
  pasted: PastedList | undefined,
): FacetFilter<UserFacet> {
  const activities: Activity[] = query.activity.length > 0 ? query.activity : ['active', 'deactivated'];
  return {
    values: {
      activity: activities.map((activity) => ACTIVITIES.indexOf(activity)),
      state: query.state.map((state) => STATES.indexOf(state)).filter((state) => state !== ORPHANED),
      tag: idsAmong(query.tag),
      // Memberships of a deleted one lie still: as the page says, there is no such group.
      group: idsAmong(query.group).map((id) => (index.groups.deleted.has(id) ? NO_GROUP : id)),
      starts: query.starts.map(soonDays),
      leaves: query.leaves.map(soonDays),
    },
    derived: {
      state: query.state.includes('orphaned') ? [index.derived.orphaned()] : [],
      group: query.group.includes(NONE) ? [index.derived.groupless()] : [],
      contact: query.contact.map((one) => (one === NONE ? index.derived.contactless(viewer) : NOBODY)),
      address: query.address.map((one) => index.signedInFrom(one)),
      right: query.right.map((right) => (may(viewer, 'groups', 'read') ? index.derived.holders(right) : NOBODY)),
    },
    within: pasted && !meansNobody(query) ? index.only(pasted.ids) : found(index, soughtWords(query), viewer),
  };
}

function found(index: UserIndex, words: readonly Sought[] | undefined, viewer: ContactViewer): Within | undefined {
  return words && index.search(words, viewer);
}

/** Within how many days, as the address says it. */
function soonDays(days: string): number {
  return SOON_DAYS.find((one) => String(one) === days) ?? -1;
}
