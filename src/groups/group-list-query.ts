import type { Activity } from '../access/activity.ts';
import {
  idsOf,
  listAddress,
  type Order,
  type PageQuery,
  readPageQuery,
  type Source,
  wordsOf,
} from '../lists/list-query.ts';
import type { Leadership } from './leader.ts';

const GROUP_SORTS = ['name', 'leader', 'users', 'permissions'] as const;
export type GroupSort = (typeof GROUP_SORTS)[number];

const BY_NAME: Order<GroupSort> = { sort: 'name', descending: false };
const FILTERS = ['activity', 'leader', 'tag'];

/** The whole view of the list, as the address holds it. */
export interface GroupQuery extends PageQuery<GroupSort> {
  /** Empty means active and deactivated. */
  activity: Activity[];
  leader: Leadership[];
  tag: (number | string)[];
}

export function readGroupQuery(source: Source, rememberedPer?: number): GroupQuery {
  return {
    ...readPageQuery(source, { sorts: GROUP_SORTS, natural: BY_NAME, takes: FILTERS, rememberedPer }),
    activity: wordsOf(source.activity),
    leader: wordsOf(source.leader),
    tag: idsOf(source.tag),
  };
}

/** The address of the view with some of it changed; going anywhere else starts at the first page. */
export function groupsPath(query: GroupQuery, change: Partial<GroupQuery> = {}): string {
  const next = { ...query, after: undefined, before: undefined, ...change };
  return listAddress('/groups', next, BY_NAME, { activity: next.activity, leader: next.leader, tag: next.tag });
}
