import type { Icon } from '../text/icons.ts';
import { type AllShown, MOST_BY_HAND, withTicks } from './exceptions.ts';
import {
  type Cursor,
  isCutSearch,
  isRanked,
  isTooMany,
  LONGEST_SEARCH,
  MOST_VALUES,
  PAGE_SIZES,
  type PageQuery,
  valuesPath,
} from './list-query.ts';
import { pagerLinks } from './pager.ts';

/** With more columns a table scrolls sideways in a window that is not broad. */
const MOST_SIDE_BY_SIDE = 6;

export interface Choice {
  label: string;
  /** As the address says it. */
  value: string | number;
  /** How many it would leave under the other filters; not given where that is not known yet. */
  count?: number;
  isChosen: boolean;
  /** Whether the label is ours, and no name that somebody gave. */
  isWord?: boolean;
  path: string;
}

/** One fold of the sidebar; its name is that of the parameter in the address. */
export interface Filter {
  name: string;
  label: string;
  choices: Choice[];
  /** What is said of a value that an old or mistyped address asks for, and that there is not. */
  unknown: (value: string | number) => string;
  /** Whether this reader may not know of it: it is not offered, and whoever asks for it is told so. */
  isWithheld?: boolean;
  /** Whether it is folded until the reader wants it. */
  restsFolded?: boolean;
  /** Where a value is typed instead of chosen. */
  asks?: { label: string; example: string };
  /** Where only the largest are shown, or others that come first, the way to all; and back, in words. */
  more?: { path: string; label: string; isOpen?: boolean };
}

export interface Column<Sort extends string> {
  /** Left out where no order goes by it. */
  sort?: Sort;
  label: string;
  /** How much room it gets beside the others; `rest` shares what they leave. */
  width: 'slight' | 'narrow' | 'middle' | 'wide' | 'widest' | 'rest';
  /** Left out of a window that is narrow for a table. */
  givesWay?: boolean;
}

/** A view of the list that is kept under a name. */
export interface PinnedLink {
  name: string;
  path: string;
  /** Not given where that is not known yet. */
  count?: number;
  isChosen: boolean;
}

/** What the bar below a list offers for those that are ticked. */
export interface BarAction {
  name: string;
  label: string;
  isDangerous?: boolean;
}

/** What only the list itself knows. */
export interface ListParts<Sort extends string, Query extends PageQuery<Sort>> {
  /** A plural noun; the element that is swapped is called `<name>-list`. */
  name: string;
  path: string;
  /** The name of the region, and of the table in its caption. */
  label: string;
  /** What is counted, in the singular. */
  noun: string;
  /** What the search looks at. */
  searchHint: string;
  query: Query;
  /** How many letters a search may have. */
  longestSearch?: number;
  /** Where the search names one by one what is to be listed: how many were named, which of them are unknown, and how many the filters leave out. */
  listed?: { entries: number; missing: string[]; hidden?: number; isCut: boolean };
  /** Whether those that fit a search best stand first while nobody chose an order. */
  ranks?: boolean;
  /** The address of the view with some of it changed. */
  pathTo: (change: Partial<Query>) => string;
  columns: Column<Sort>[];
  /** Those that the reader has not chosen: it may be sorted by one of them all the same. */
  unshown?: Column<Sort>[];
  /** Where columns are chosen. */
  columnsPath?: string;
  /** Where a file of such records is imported, for who may. */
  importPath?: string;
  /** Those that the reader has pinned, and where the one that is shown can be kept. */
  views?: { pinned: PinnedLink[]; keepPath: string; reviewPath?: string };
  filters: Filter[];
  /** The names of the filters that the reader folded away, or unfolded. */
  folded: string[];
  total: number;
  previous?: Cursor;
  next?: Cursor;
  /** The partial of the rows, within `views/`. */
  rows: string;
  /** All that they are made of, where they are kept as long as that is the same; not given, they are made of what the page is. */
  rowsOf?: object;
  /** Whether that is new for each page, so that nothing made of it need be kept. */
  areRowsNew?: boolean;
  /** A partial below them. */
  foot?: string;
  /** What is said where nothing matches, and where there is nothing at all; and how to begin. */
  empty: { unmatched: string; none: string; icon: Icon; first?: { label: string; path: string } };
  /** What can be done to those ticked; not given, there is nothing to tick. */
  bulk?: {
    actions: BarAction[];
    /** Whether there are others, one press further away. */
    hasMore?: boolean;
    fields: [name: string, value: string | number][];
    meansAll: boolean;
    /** Where all that match are ticked. */
    allTicked?: AllShown;
  };
  hasMenus: boolean;
}

/** Where all tags are, beside the largest of a sidebar. */
export function moreTags(listPath: string): Filter['more'] {
  return { path: valuesPath(listPath, 'tag'), label: 'More tags' };
}

/** Of what a filter is called by. */
export function noSuch(what: string) {
  return (value: string | number) =>
    `There is no ${what} ${typeof value === 'number' ? `number ${value}` : `“${value}”`}`;
}

/** Everything around the rows of a list, with the address that each link leads to: what `views/lists/` shows. */
export function listFrame<Sort extends string, Query extends PageQuery<Sort>>(parts: ListParts<Sort, Query>) {
  const { query, columns, unshown = [], folded, previous, next, ...shown } = parts;
  const pathTo = (change: Partial<PageQuery<Sort>>) => parts.pathTo(change as Partial<Query>);
  const noFilters = Object.fromEntries(parts.filters.map((filter) => [filter.name, []]));
  const isByFit = Boolean(parts.ranks) && isRanked(query);
  const sorted = isByFit ? undefined : [...columns, ...unshown].find((column) => column.sort === query.sort);
  const withoutSearch = new URL(pathTo({ q: '' }), 'http://roster.invalid');
  return {
    ...shown,
    /** Where the view is exported. */
    exportPath: pathTo({}).replace(parts.path, `${parts.path}/export`),
    /** Whether its numbers are still to come. */
    isCounting: false,
    q: query.q,
    longestSearch: parts.longestSearch ?? LONGEST_SEARCH,
    /** What is to be said of those that were named one by one: nothing where all are shown. */
    listed: isWorthTelling(parts.listed) ? parts.listed : undefined,
    /** What stays when a filter is added by typing it. */
    filterKept: [...new URL(pathTo({}), 'http://roster.invalid').searchParams],
    /** What a search leaves as it is. */
    kept: [...withoutSearch.searchParams],
    /** In words, for those who do not see the arrow. */
    order: isByFit ? 'the best matches first' : `sorted by ${sorted?.label}, ${directionOf(query)}`,
    columns: columns.map((column) => {
      const isSorted = column === sorted;
      return {
        ...column,
        direction: isSorted ? directionOf(query) : undefined,
        path: column.sort && pathTo({ sort: column.sort, descending: isSorted && !query.descending, sortGiven: true }),
      };
    }),
    views: parts.views && { ...parts.views, isFolded: folded.includes('views') },
    /** Whether they are more than a window has room for. */
    isBroad: columns.length > MOST_SIDE_BY_SIDE,
    filters: parts.filters
      .filter((filter) => !filter.isWithheld)
      .map((filter) => ({ ...filter, isFolded: isFolded(filter, folded) })),
    chips: [
      ...(query.q
        ? [
            {
              label: searchInWords(query.q, parts.listed),
              isDead: isCutSearch(query.q),
              path: pathTo({ q: '' }),
            },
          ]
        : []),
      ...parts.filters.flatMap((filter) =>
        isTooMany(valuesOf(filter, query)) ? [] : filter.choices.filter((choice) => choice.isChosen),
      ),
      ...parts.filters.flatMap((filter) => deadChips(filter, query, pathTo)),
      ...query.unread.map(([name]) => ({
        label: noSuch('filter')(name),
        isDead: true,
        path: pathTo({ unread: query.unread.filter((one) => one[0] !== name) }),
      })),
    ],
    clearPath: pathTo({ ...noFilters, q: '', unread: [] }),
    pageSizes: PAGE_SIZES.map((per) => ({
      per,
      isChosen: query.per === per,
      path: pathTo({ per, perGiven: true }),
    })),
    allPath: withTicks(pathTo({}), { except: [] }),
    nonePath: pathTo({}),
    mostByHand: MOST_BY_HAND,
    isTicked: (id: number) => parts.bulk?.allTicked !== undefined && !parts.bulk.allTicked.except.includes(id),
    pagerLinks: pagerLinks(previous && pathTo({ before: previous }), next && pathTo({ after: next })),
  };
}

/** What rests folded is open where something of it is chosen, or all of it is looked at. */
function isFolded({ name, choices, more, restsFolded = false }: Filter, turned: string[]): boolean {
  if (restsFolded && (more?.isOpen || choices.some((choice) => choice.isChosen))) return false;
  return restsFolded !== turned.includes(name);
}

function searchInWords(q: string, listed: ListParts<string, PageQuery>['listed']): string {
  if (isCutSearch(q)) return `Search: at most ${LONGEST_SEARCH} letters`;
  return listed && listed.entries > 1 ? `A list of ${listed.entries}` : `“${q}”`;
}

function isWorthTelling(listed: ListParts<string, PageQuery>['listed']): boolean {
  return listed !== undefined && (listed.missing.length > 0 || Boolean(listed.hidden) || listed.isCut);
}

function directionOf(query: { descending: boolean }): 'ascending' | 'descending' {
  return query.descending ? 'descending' : 'ascending';
}

/** What an old or mistyped address asks for and nothing has: told, and removable like any other. */
function deadChips<Sort extends string>(
  filter: Filter,
  query: PageQuery<Sort>,
  pathTo: (change: Partial<PageQuery<Sort>>) => string,
) {
  const { name, label, choices, unknown } = filter;
  const given = valuesOf(filter, query);
  if (isTooMany(given))
    return [
      {
        label: `${label}: at most ${MOST_VALUES} at once`,
        isDead: true,
        path: pathTo({ [name]: [] } as Partial<PageQuery<Sort>>),
      },
    ];
  const dead = given.filter((value) => !choices.some((choice) => choice.value === value));
  return dead.map((value) => ({
    label: unknown(value),
    isDead: true,
    path: pathTo({ [name]: given.filter((one) => one !== value) } as Partial<PageQuery<Sort>>),
  }));
}

function valuesOf({ name }: Filter, query: PageQuery): (string | number)[] {
  return (query as unknown as Record<string, (string | number)[]>)[name];
}
