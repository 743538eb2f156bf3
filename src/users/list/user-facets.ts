import type { Activity } from '../../access/activity.ts';

/**
 * What users are filtered by. Activities and states are numbered as in their lists; `contact` is whose the linked one is;
 * `expires` are the days within which somebody does, with 0 for any date; `end` is, of each membership with a last day, twice
 * its group, and one more where it is over.
 */
export const USER_FACETS = ['activity', 'state', 'tag', 'group', 'end', 'contact', 'expires'] as const;
export type UserFacet = (typeof USER_FACETS)[number];

export const ACTIVITIES: readonly Activity[] = ['active', 'deactivated', 'deleted'];
