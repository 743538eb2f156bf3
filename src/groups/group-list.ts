import type { Activity } from '../access/activity.ts';
import { dayOf } from '../clock.ts';
import { readPage } from '../lists/keyset-page.ts';
import type { Cursor } from '../lists/list-query.ts';
import { findGroupTags } from '../tags/tag-store.ts';
import { fold } from '../text/text.ts';
import type { UserSources } from '../users/list/user-index.ts';
import type { Group } from './group.ts';
import type { GroupQuery, GroupSort } from './group-list-query.ts';
import { findAllGroups } from './group-store.ts';
import { findLeaderships, type Leadership } from './leader.ts';

export interface ListedGroup extends Group {
  leadership: Leadership;
  /** Members who are not deleted and whose membership counts. */
  users: number;
  tagIds: number[];
}

export interface GroupList {
  groups: ListedGroup[];
  total: number;
  /** For each filter, how many each of its values would leave under the other filters. */
  counts: { activity: Map<Activity, number>; leader: Map<Leadership, number>; tag: Map<number, number> };
  previous?: Cursor;
  next?: Cursor;
}

/** The groups that a view means, by filters and search, in its order. Groups are few: all are looked at. */
export async function selectGroups(sources: UserSources, query: GroupQuery): Promise<ListedGroup[]> {
  return sorted((await findListed(sources)).filter(matching(query)), query);
}

/** One page of the list, with the counts of every filter. */
export async function listGroups(sources: UserSources, query: GroupQuery): Promise<GroupList> {
  const all = await findListed(sources);
  const without = (change: Partial<GroupQuery>) => all.filter(matching({ ...query, ...change }));
  const matches = sorted(all.filter(matching(query)), query);
  const page = await readPage(stillThere(query, matches), {
    async read({ descending, from }, limit) {
      const way = descending === query.descending ? matches : matches.toReversed();
      // Without a place to start from it is the one after -1.
      const start = way.findIndex((group) => group.id === from?.id) + 1;
      return way.slice(start, start + limit);
    },
    placeOf: (group) => ({ value: VALUES[query.sort](group), id: group.id }),
  });
  return {
    groups: page.rows,
    total: matches.length,
    counts: {
      activity: countBy(without({ activity: ['active', 'deactivated', 'deleted'] }), (group) => [group.activity]),
      leader: countBy(without({ leader: [] }), (group) => [group.leadership]),
      tag: countBy(without({ tag: [] }), (group) => group.tagIds),
    },
    previous: page.previous,
    next: page.next,
  };
}

async function findListed({ db, index, clock }: UserSources): Promise<ListedGroup[]> {
  await index.refresh();
  const { groups: sizes } = index.sizes();
  const leaderships = await findLeaderships(db.read, dayOf(clock()));
  const tags = await findGroupTags(db.read);
  return (await findAllGroups(db.read)).map((group) => ({
    ...group,
    leadership: leaderships.get(group.id) ?? 'none',
    users: sizes[group.id] ?? 0,
    tagIds: tags.get(group.id) ?? [],
  }));
}

/** Every word is looked for in name, leader and description; within a filter any value matches. */
function matching({ q, activity, leader, tag }: GroupQuery): (group: ListedGroup) => boolean {
  const words = fold(q).split(' ').filter(Boolean);
  const activities: Activity[] = activity.length > 0 ? activity : ['active', 'deactivated'];
  return (group) => {
    if (!activities.includes(group.activity)) return false;
    if (leader.length > 0 && !leader.includes(group.leadership)) return false;
    if (tag.length > 0 && !group.tagIds.some((id) => tag.includes(id))) return false;
    if (words.length === 0) return true;
    const text = fold(`${group.name} ${group.leaderName ?? ''} ${group.description}`);
    return words.every((word) => text.includes(word));
  };
}

const VALUES: Record<GroupSort, (group: ListedGroup) => string | number> = {
  name: (group) => fold(group.name),
  leader: (group) => fold(group.leaderName ?? ''),
  users: (group) => group.users,
  permissions: (group) => Object.keys(group.rights).length,
};

function sorted(groups: ListedGroup[], { sort, descending }: GroupQuery): ListedGroup[] {
  const keyed = groups.map((group) => ({ group, value: VALUES[sort](group), name: VALUES.name(group) }));
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => compared(a.value, b.value) * sign || compared(a.name, b.name) || a.group.id - b.group.id);
  return keyed.map(({ group }) => group);
}

function compared<T>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** A cursor whose group is no longer there begins anew. */
function stillThere(query: GroupQuery, matches: ListedGroup[]): GroupQuery {
  const at = (cursor: Cursor | undefined) => matches.findIndex((group) => group.id === cursor?.id);
  const { after, before } = query;
  return { ...query, after: at(after) >= 0 ? after : undefined, before: at(before) > 0 ? before : undefined };
}

function countBy<T>(groups: ListedGroup[], valuesOf: (group: ListedGroup) => T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const group of groups) for (const value of valuesOf(group)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
