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
  /** Whether the sidebar lists the rights on all applications beside administrators. */
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
    allRights: firstOf(source.rights) === 'all',
  };
}

/** The address of the view with some of it changed; going anywhere else starts at the first page. */
export function listPath(query: ListQuery, change: Partial<ListQuery> = {}): string {
  const next = { ...query, after: undefined, before: undefined, ...change };
  const { activity, state, tag, group, contact, expires, right, allRights } = next;
  const whole = { rights: allRights ? ['all'] : [] };
  return listAddress('/users', next, BY_NAME, { activity, state, tag, group, contact, expires, right, ...whole });
}

/** The address of all groups by which a view can be filtered, or of those whose name holds a text, from one of them on. */
export function groupFilterPath(query: ListQuery, { name, from }: { name: string; from: number }): string {
  const { search } = new URL(listPath(query), 'http://list');
  const parameters = new URLSearchParams(search);
  if (name) parameters.set('name', name);
  if (from > 0) parameters.set('from', String(from));
  return parameters.size > 0 ? `/users/groups?${parameters}` : '/users/groups';
}
