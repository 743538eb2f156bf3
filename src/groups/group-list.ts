import { ACTIVITIES, type Activity } from '../access/activity.ts';
import type { Counted, Selection } from '../facets/facet-index.ts';
import { type Cursor, idsAmong, isRanked, soughtWords } from '../lists/list-query.ts';
import { searchedWhole } from '../text/text.ts';
import type { UserSources } from '../users/list/user-index.ts';
import type { Group } from './group.ts';
import { type GroupFacet, type GroupIndex, LEADERSHIPS } from './group-index.ts';
import type { GroupQuery } from './group-list-query.ts';
import { findGroupsOf } from './group-store.ts';
import type { Leadership } from './leader.ts';

/** What the list is read from. */
export interface GroupSources extends UserSources {
  groupIndex: GroupIndex;
}

export interface ListedGroup extends Group {
  leadership: Leadership;
  /** Members who are not deleted and whose membership counts. */
  users: number;
}

export interface GroupList {
  groups: ListedGroup[];
  total: number;
  /** Whether one is one of them, on whatever page. */
  isMeant(id: number): boolean;
  /** For each filter, how many each of its values would leave under the other filters; of tags the largest, and those chosen. */
  counts: { activity: Map<Activity, number>; leader: Map<Leadership, number>; tag: Map<number, Counted> };
  hasMoreTags: boolean;
  previous?: Cursor;
  next?: Cursor;
}

/** The groups that a view means, by filters and search, in its order. */
export async function selectGroups(sources: GroupSources, query: GroupQuery): Promise<number[]> {
  await refresh(sources);
  const selection = select(sources, query);
  return inOrder(sources, query, selection).filter((id) => selection.has(id));
}

/** One page of the list, with the counts of every filter. */
export async function listGroups(sources: GroupSources, query: GroupQuery, offeredTags: number): Promise<GroupList> {
  await refresh(sources);
  const { groupIndex, index } = sources;
  const selection = select(sources, query);
  const page = pageOf(inOrder(sources, query, selection), selection, query);
  const facts = page.rows.map((id) => ({
    leadership: groupIndex.leadershipOf(id),
    users: index.sizeOf('group', id),
  }));
  const tags = offeredTags > 0 ? groupIndex.tagsOf(selection) : [];
  const counts = {
    activity: countsOf(selection, 'activity', ACTIVITIES),
    leader: countsOf(selection, 'leader', LEADERSHIPS),
    tag: new Map(
      [...tags.slice(0, offeredTags), ...idsAmong(query.tag)].map((id) => [
        id,
        { count: selection.count('tag', id), size: groupIndex.sizeOfTag(id) },
      ]),
    ),
  };
  // From here on what is in memory may change.
  const groups = await findGroupsOf(sources.db.read, page.rows);
  return {
    groups: groups.map((group, n) => ({ ...group, ...facts[n] })),
    total: selection.total,
    isMeant: (id) => selection.has(id),
    counts,
    hasMoreTags: tags.length > offeredTags,
    previous: page.previous,
    next: page.next,
  };
}

/** How many of those that a view means under its other filters have each of the tags. */
export async function countTags(sources: GroupSources, query: GroupQuery, ids: number[]): Promise<Map<number, number>> {
  await refresh(sources);
  const selection = select(sources, query);
  return new Map(ids.map((id) => [id, selection.count('tag', id)]));
}

async function refresh({ index, groupIndex }: GroupSources): Promise<void> {
  await index.refresh();
  await groupIndex.refresh();
}

function select({ groupIndex }: GroupSources, query: GroupQuery): Selection<GroupFacet> {
  const { activity, leader, tag } = query;
  const activities: Activity[] = activity.length > 0 ? activity : ['active', 'deactivated'];
  return groupIndex.select({
    values: {
      activity: activities.map((one) => ACTIVITIES.indexOf(one)),
      leader: leader.map((one) => LEADERSHIPS.indexOf(one)),
      tag: idsAmong(tag),
    },
    words: soughtWords(query),
  });
}

/** The best matches of a search first, where nobody chose an order. */
function inOrder({ groupIndex, index }: GroupSources, query: GroupQuery, selection: Selection<GroupFacet>): number[] {
  const order = groupIndex.inOrder(query.sort, query.descending, index);
  if (!isRanked(query)) return order;
  return groupIndex.ranksOf(searchedWhole(query.q), selection).flatMap(({ meant }) => order.filter(meant.has));
}

/** The part that is meant of those selected, in the order of all. A cursor of a group that is not there begins anew. */
function pageOf(order: number[], selection: Selection<GroupFacet>, query: GroupQuery) {
  const { after, before, per } = query;
  const isSelected = (id: number) => selection.has(id);
  const sorted = order.filter(isSelected);
  const countUpTo = (end: number) => order.slice(0, end).filter(isSelected).length;
  const placeOf = (cursor: Cursor | undefined) => (cursor ? order.indexOf(cursor.id) : -1);
  const [afterAt, beforeAt] = [placeOf(after), placeOf(before)];
  let start = 0;
  if (afterAt >= 0) start = countUpTo(afterAt + 1);
  else if (beforeAt >= 0) start = Math.max(0, countUpTo(beforeAt) - per);
  const rows = sorted.slice(start, start + per);
  const [first, last] = [rows.at(0), rows.at(-1)];
  return {
    rows,
    previous: first !== undefined && start > 0 ? cursorOf(first, query) : undefined,
    next: last !== undefined && start + per < sorted.length ? cursorOf(last, query) : undefined,
  };
}

/** Where a group stands its id tells, in either order. */
function cursorOf(id: number, query: GroupQuery): Cursor {
  return isRanked(query) ? { value: '', id, rank: 0 } : { value: '', id };
}

function countsOf<T>(selection: Selection<GroupFacet>, facet: GroupFacet, values: readonly T[]): Map<T, number> {
  return new Map(values.map((value, n) => [value, selection.count(facet, n)]));
}
