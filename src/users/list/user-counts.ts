import { ACTIVITIES, type Activity } from '../../access/activity.ts';
import type { Counted, FacetFilter, Selection, Within } from '../../facets/facet-index.ts';
import { SOON_DAYS, STATES } from '../user-state.ts';
import { ORPHANED } from './derived-sets.ts';
import type { UserFacet } from './user-facets.ts';
import type { UserIndex } from './user-index.ts';
import type { ListQuery } from './user-list-query.ts';

export interface UserCounts {
  activity: Record<Activity, number>;
  /** In the order of STATES. */
  states: number[];
  /** By id. */
  tags: Map<number, Counted>;
  /** Whether there are tags beyond the largest. */
  hasMoreTags: boolean;
  groups: Map<number, Counted>;
  groupless: number;
  contactless: number;
  /** In the order of SOON_DAYS. */
  starts: number[];
  leaves: number[];
  /** Of those in force. */
  addresses: Map<string, number>;
  /** Of those asked for, as the address calls them. */
  rights: Map<string, number>;
  /** Of those asked for, in their order, whatever this view shows. */
  views: number[];
}

/** How many of the largest tags and groups are counted, which rights, and which other views. */
export interface Offered {
  tags: number;
  groups: number;
  rights: string[];
  views: ListQuery[];
}

export const NOTHING_OFFERED: Offered = { tags: 0, groups: 0, rights: [], views: [] };

/** What the sidebar offers, each to be counted. */
export interface Counting {
  tags: number[];
  hasMoreTags: boolean;
  groups: number[];
  rights: string[];
  addresses: string[];
  contactless: Within;
  views: FacetFilter<UserFacet>[];
}

/** Before anything else is waited for: meanwhile the index may read what changes. */
export function countsOf(
  index: UserIndex,
  selection: Selection<UserFacet>,
  { tags, hasMoreTags, groups, rights, addresses, contactless, views }: Counting,
): UserCounts {
  const each = (facet: UserFacet, values: number[]) =>
    new Map(values.map((value) => [value, { count: selection.count(facet, value), size: index.sizeOf(facet, value) }]));
  const activity = ACTIVITIES.map((name, n) => [name, selection.count('activity', n)]);
  return {
    activity: Object.fromEntries(activity) as Record<Activity, number>,
    states: STATES.map((_, n) =>
      n === ORPHANED ? selection.countDerived('state', index.derived.orphaned()) : selection.count('state', n),
    ),
    tags: each('tag', tags),
    hasMoreTags,
    groups: each('group', groups),
    groupless: selection.countDerived('group', index.derived.groupless()),
    contactless: selection.countDerived('contact', contactless),
    starts: SOON_DAYS.map((days) => selection.count('starts', days)),
    leaves: SOON_DAYS.map((days) => selection.count('leaves', days)),
    addresses: new Map(addresses.map((one) => [one, selection.countDerived('address', index.signedInFrom(one))])),
    rights: new Map(rights.map((right) => [right, selection.countDerived('right', index.derived.holders(right))])),
    views: views.map((view) => index.total(view)),
  };
}
