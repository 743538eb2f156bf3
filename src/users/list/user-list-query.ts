import type { Activity } from '../../access/activity.ts';
import { Kept } from '../../kept.ts';
import { chosenAmong } from '../../lists/chosen-columns.ts';
import {
  firstOf,
  idsOf,
  listAddress,
  type Order,
  type PageQuery,
  readPageQuery,
  type Source,
  sourceIn,
  wordsOf,
} from '../../lists/list-query.ts';
import type { State } from '../user-state.ts';
import { boundedSearch } from './pasted-list.ts';
import { COLUMNS, type ColumnKey, USUAL_COLUMNS } from './user-list-columns.ts';

/** What the list can be sorted by, in the words of the address. */
export const SORTS = [
  'name',
  'email',
  'contact',
  'last_login',
  'groups',
  'no_shared_data',
  'leaves',
  'created',
] as const;
export type SortKey = (typeof SORTS)[number];

const BY_NAME: Order<SortKey> = { sort: 'name', descending: false };
/** Stands first wherever columns are named, so that none beside it can be said as well. */
const NAME = 'name';

const FILTERS = ['activity', 'state', 'tag', 'group', 'contact', 'starts', 'leaves', 'address', 'right'];

/** The whole view of the list, as the address holds it. */
export interface ListQuery extends PageQuery<SortKey> {
  /** Empty means active and deactivated. */
  activity: Activity[];
  state: State[];
  tag: (number | string)[];
  /** `none` for those who are in no group. */
  group: (number | string)[];
  /** `none` for those without a linked contact; there is no other value. */
  contact: string[];
  /** Within how many days. */
  starts: string[];
  leaves: string[];
  /** Of the last sign-in: whole addresses, how they begin, or devices. */
  address: string[];
  /** `users.write`, `contacts.read` …, and `administrator`. */
  right: string[];
  /** Beside the name, in their order. */
  columns: readonly ColumnKey[];
  /** Whether the address names them; else the reader's own choice holds. */
  columnsGiven: boolean;
  /** Whether the sidebar lists the rights on all applications beside administrators. */
  allRights: boolean;
}

/** What the reader has chosen for wherever the address does not say. */
export interface Remembered {
  per?: number;
  columns?: readonly ColumnKey[];
}

export function readListQuery(given: Source, { per, columns = USUAL_COLUMNS }: Remembered = {}): ListQuery {
  const source = asNamedNow(given);
  const named = wordsOf(source.column);
  const columnsGiven = named.some((one) => one === NAME || chosenAmong(COLUMNS, [one]).length > 0);
  return {
    ...readPageQuery(source, {
      sorts: SORTS,
      natural: BY_NAME,
      takes: [...FILTERS, 'column', 'rights'],
      rememberedPer: per,
      boundedSearch,
    }),
    columns: columnsGiven ? chosenAmong(COLUMNS, named) : columns,
    columnsGiven,
    activity: wordsOf(source.activity),
    state: wordsOf(source.state),
    tag: idsOf(source.tag),
    group: idsOf(source.group),
    contact: wordsOf(source.contact),
    starts: wordsOf(source.starts),
    leaves: wordsOf(source.leaves),
    address: wordsOf(source.address),
    right: wordsOf(source.right),
    allRights: firstOf(source.rights) === 'all',
  };
}

/** The view wherever in it somebody is: one object for as long as it is asked for again, for what is kept of it. */
export function wholeView(query: ListQuery): ListQuery {
  const whole = { ...query, after: undefined, before: undefined };
  return keptViews.get([JSON.stringify(whole)], () => Object.freeze(whole));
}

const keptViews = new Kept<ListQuery>();

/** Views were kept, and sent around, under the words that there were for leaving and for who left before. */
function asNamedNow({ expires, ...source }: Source): Source {
  const renamed = (value: unknown) =>
    typeof value === 'string' ? value.replace(/^(-?)expires$/, '$1leaves').replace(/^expired$/, 'left') : value;
  const each = (value: Source[string]) => (Array.isArray(value) ? value.map(renamed) : renamed(value)) as typeof value;
  return {
    ...source,
    ...(expires !== undefined && { leaves: expires }),
    ...(source.sort !== undefined && { sort: each(source.sort) }),
    ...(source.column !== undefined && { column: each(source.column) }),
    ...(source.state !== undefined && { state: each(source.state) }),
  };
}

/** The same out of an address of the list; out of any other, the whole list. */
export function readListPath(path: string, remembered?: Remembered): ListQuery {
  const [, search = ''] = path.startsWith('/users?') ? path.split('?') : [];
  return readListQuery(sourceIn(search), remembered);
}

/** The address under which a view is kept: what is shown, with its columns, and not how far somebody has paged or unfolded. */
export function keptPath(query: ListQuery): string {
  const { activity, state, tag, group, contact, starts, leaves, address, right } = query;
  const filters = { activity, state, tag, group, contact, starts, leaves, address, right };
  // In whatever order they were pressed, it is one view.
  const sorted = Object.fromEntries(Object.entries(filters).map(([name, values]) => [name, values.toSorted()]));
  return listPath(query, { ...sorted, columnsGiven: true, perGiven: false, allRights: false });
}

/** The address of the view with some of it changed; going anywhere else starts at the first page. A page has dozens of them: nothing is copied that is not said. */
export function listPath(query: ListQuery, change: Partial<ListQuery> = {}): string {
  const columns = (change.columnsGiven ?? query.columnsGiven) ? [NAME, ...(change.columns ?? query.columns)] : NOTHING;
  const page = {
    q: change.q ?? query.q,
    sort: change.sort ?? query.sort,
    descending: change.descending ?? query.descending,
    sortGiven: change.sortGiven ?? query.sortGiven,
    per: change.per ?? query.per,
    perGiven: change.perGiven ?? query.perGiven,
    after: change.after,
    before: change.before,
    unread: change.unread ?? query.unread,
  };
  return listAddress('/users', page, BY_NAME, {
    activity: change.activity ?? query.activity,
    state: change.state ?? query.state,
    tag: change.tag ?? query.tag,
    group: change.group ?? query.group,
    contact: change.contact ?? query.contact,
    starts: change.starts ?? query.starts,
    leaves: change.leaves ?? query.leaves,
    address: change.address ?? query.address,
    right: change.right ?? query.right,
    rights: (change.allRights ?? query.allRights) ? ALL : NOTHING,
    column: columns,
  });
}

const NOTHING: string[] = [];
const ALL = ['all'];
