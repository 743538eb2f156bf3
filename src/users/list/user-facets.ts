import type { Activity } from '../../access/activity.ts';

/**
 * What users are filtered by. Activities and states are numbered as in their lists; `contact` is whose the linked one is;
 * `expires` are the days within which somebody does, with 0 for any date; `membership` is, of each with a last day, twice its
 * group, and one more where it is over, and 0 for whoever has none that counts.
 */
export const USER_FACETS = ['activity', 'state', 'tag', 'group', 'membership', 'contact', 'expires'] as const;
export type UserFacet = (typeof USER_FACETS)[number];

export const ACTIVITIES: readonly Activity[] = ['active', 'deactivated', 'deleted'];
