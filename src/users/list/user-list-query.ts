import type { Activity } from '../../access/activity.ts';
import {
  firstOf,
  idsOf,
  idsOrNoneOf,
  listAddress,
  type NONE,
  type Order,
  type PageQuery,
  readPageQuery,
  type Source,
  wordsOf,
} from '../../lists/list-query.ts';
import type { State } from '../user-state.ts';
import { boundedSearch } from './pasted-list.ts';

/** What the list can be sorted by, in the words of the address. */
export const SORTS = ['name', 'email', 'contact', 'last_login', 'groups', 'no_shared_data'] as const;
export type SortKey = (typeof SORTS)[number];

const BY_NAME: Order<SortKey> = { sort: 'name', descending: false };

/** The whole view of the list, as the address holds it. */
export interface ListQuery extends PageQuery<SortKey> {
  /** Empty means active and deactivated. */
  activity: Activity[];
  state: State[];
  tag: number[];
  /** `none` for those who are in no group. */
  group: (number | typeof NONE)[];
  /** `none` for those without a linked contact; there is no other value. */
  contact: string[];
  /** Within how many days. */
  expires: string[];
  /** `users.write`, `contacts.read` …, and `administrator`. */
  right: string[];
  /** Whether the sidebar lists all groups instead of the largest. */
  allGroups: boolean;
  /** Whether it lists the rights on all applications beside administrators. */
  allRights: boolean;
}

export function readListQuery(source: Source, rememberedPer?: number): ListQuery {
  return {
    ...readPageQuery(source, SORTS, BY_NAME, rememberedPer, boundedSearch),
    activity: wordsOf(source.activity),
    state: wordsOf(source.state),
    tag: idsOf(source.tag),
    group: idsOrNoneOf(source.group),
    contact: wordsOf(source.contact),
    expires: wordsOf(source.expires),
    right: wordsOf(source.right),
    allGroups: firstOf(source.groups) === 'all',
    allRights: firstOf(source.rights) === 'all',
  };
}

/** The address of the view with some of it changed; going anywhere else starts at the first page. */
export function listPath(query: ListQuery, change: Partial<ListQuery> = {}): string {
  const next = { ...query, after: undefined, before: undefined, ...change };
  const { activity, state, tag, group, contact, expires, right, allGroups, allRights } = next;
  const whole = { groups: allGroups ? ['all'] : [], rights: allRights ? ['all'] : [] };
  return listAddress('/users', next, BY_NAME, { activity, state, tag, group, contact, expires, right, ...whole });
}
