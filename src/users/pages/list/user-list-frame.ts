import type { NamedGroup } from '../../../groups/names/group-names.ts';
import { Kept } from '../../../kept.ts';
import { listFrame } from '../../../lists/list-frame.ts';
import { isRanked } from '../../../lists/list-query.ts';
import { type PinnedView, shownViews } from '../../../saved-views/pages/pinned-views.ts';
import type { Tag } from '../../../tags/tag-store.ts';
import { LONGEST_LIST } from '../../list/pasted-list.ts';
import type { UserCounts } from '../../list/user-counts.ts';
import type { UserList } from '../../list/user-list.ts';
import { COLUMNS } from '../../list/user-list-columns.ts';
import { type ListQuery, listPath, wholeView } from '../../list/user-list-query.ts';
import type { Further } from './further-filters.ts';
import { LIST_COLUMNS, NAME_COLUMN } from './list-columns.ts';
import { userFilters } from './user-filters.ts';

/** What stands around the rows is made of. */
export interface FrameParts {
  query: ListQuery;
  /** Without counts where they are not known yet. */
  list: Pick<UserList, 'total' | 'pasted'> & { counts?: UserCounts };
  /** Those to choose from beside the list, and how many there are in all. */
  groups: NamedGroup[];
  allGroups: number;
  tags: Tag[];
  further: Further;
  pinned: PinnedView[];
  mayWrite: boolean;
  isNew: boolean;
  /** The names of the filters that the reader has folded away. */
  folded: string[];
}

/**
 * Everything around the rows that is the same on each page of a view, with the address that each link leads to. As long as all that it is
 * made of is the same it is the same object, which is frozen; then what is written of it alone is the same as well.
 */
export function userListFrame(parts: FrameParts): ReturnType<typeof madeFrame> {
  const { query, list, groups, allGroups, tags, further, pinned, mayWrite, isNew, folded } = parts;
  const { counts, total, pasted } = list;
  if (!counts || pasted) return madeFrame(parts);
  return keptFrames.get(
    [
      wholeView(query),
      isRanked(query),
      counts,
      total,
      groups,
      allGroups,
      tags,
      further.rights,
      further.rest,
      further.seesContacts,
      pinned,
      mayWrite,
      isNew,
      folded,
    ],
    () => Object.freeze(madeFrame(parts)),
  );
}

const keptFrames = new Kept<ReturnType<typeof madeFrame>>();

function madeFrame({ query, list, groups, allGroups, tags, further, pinned, mayWrite, isNew, folded }: FrameParts) {
  const { counts, pasted, total } = list;
  return {
    ...listFrame({
      name: 'users',
      path: '/users',
      label: 'Users',
      noun: 'user',
      searchHint: 'Name, email or contact',
      query,
      // As long as nothing can be counted nobody is ranked.
      ranks: counts !== undefined && !pasted,
      longestSearch: LONGEST_LIST,
      listed: pasted && { ...pasted, hidden: counts && pasted.ids.length - total },
      pathTo: (change) => listPath(query, change),
      columns: [NAME_COLUMN, ...query.columns.map((column) => LIST_COLUMNS[column])],
      importPath: mayWrite ? '/users/import' : undefined,
      unshown: COLUMNS.filter((column) => !query.columns.includes(column)).map((column) => LIST_COLUMNS[column]),
      columnsPath: `/users/columns?${new URLSearchParams({ view: listPath(query) })}`,
      views: {
        ...shownViews(pinned, query, counts?.views),
        reviewPath: mayWrite ? `/reviews/new?${new URLSearchParams({ view: listPath(query) })}` : undefined,
      },
      filters: userFilters({ query, counts, groups, allGroups, tags, further }),
      folded,
      total,
      rows: 'users/_rows',
      foot: isNew ? 'users/_begin' : undefined,
      empty: {
        unmatched: 'Nobody matches all of this.',
        none: 'There is nobody here yet.',
        icon: 'people',
        first: mayWrite ? { label: 'Create the first user', path: '/users/new' } : undefined,
      },
      hasMenus: mayWrite,
    }),
    /** The address of the view. */
    viewPath: listPath(query),
  };
}
