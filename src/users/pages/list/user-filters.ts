import { ACTIVITIES, ACTIVITY_LABELS } from '../../../access/activity.ts';
import type { Counted } from '../../../facets/facet-index.ts';
import type { NamedGroup } from '../../../groups/names/group-names.ts';
import { type Choice, type Filter, moreTags, noSuch } from '../../../lists/list-frame.ts';
import { NONE, toggled, valuesPath } from '../../../lists/list-query.ts';
import type { Tag } from '../../../tags/tag-store.ts';
import { grouped } from '../../../text/text.ts';
import type { UserCounts } from '../../list/user-counts.ts';
import { type ListQuery, listPath } from '../../list/user-list-query.ts';
import { STATE_LABELS } from '../../state-labels.ts';
import { STATES } from '../../user-state.ts';
import { type Further, furtherFilters, IN_NO_GROUP } from './further-filters.ts';

/** So many groups are shown; the others are searched for on a page of their own. */
export const TOP_GROUPS = 10;

/** By what the list of users is filtered: each choice with how many it has and the address that it leads to. */
export function userFilters({
  query,
  counts,
  groups,
  allGroups,
  tags,
  further,
}: {
  query: ListQuery;
  /** Not there where nothing can be counted yet. */
  counts: UserCounts | undefined;
  groups: NamedGroup[];
  /** How many groups there are to choose from. */
  allGroups: number;
  tags: Tag[];
  further: Further;
}): Filter[] {
  const choice = <T extends string | number>(
    name: 'activity' | 'state' | 'tag' | 'group',
    value: T,
    label: string,
    count: number | undefined,
  ): Choice => ({
    label,
    value,
    count,
    isChosen: (query[name] as T[]).includes(value),
    isWord: name === 'activity' || name === 'state',
    path: listPath(query, { [name]: toggled(query[name] as T[], value) }),
  });
  const activity = ACTIVITIES.map((value) =>
    choice('activity', value, ACTIVITY_LABELS[value], counts?.activity[value]),
  );
  const state = STATES.map((value, n) => choice('state', value, STATE_LABELS[value], counts?.states[n]));
  const chosenFrom = (name: 'tag' | 'group', offered: (Tag | NamedGroup)[], counted?: Map<number, Counted>) =>
    largestFirst(offered, counted).map((one) =>
      choice(name, one.id, one.name, counted && (counted.get(one.id)?.count ?? 0)),
    );
  return [
    { name: 'activity', label: 'Activity', choices: activity, unknown: noSuch('activity') },
    { name: 'state', label: 'State', choices: state, unknown: noSuch('state') },
    {
      name: 'tag',
      label: 'Tags',
      unknown: noSuch('tag'),
      choices: chosenFrom('tag', tags, counts?.tags),
      more: counts?.hasMoreTags ? moreTags(listPath(query)) : undefined,
    },
    {
      name: 'group',
      label: 'Top groups',
      unknown: noSuch('group'),
      choices: [
        ...chosenFrom('group', groups, counts?.groups),
        { ...choice('group', NONE, IN_NO_GROUP, counts?.groupless), isWord: true },
      ],
      more:
        allGroups > TOP_GROUPS
          ? { path: valuesPath(listPath(query), 'group'), label: `${grouped(allGroups - TOP_GROUPS)} more` }
          : undefined,
    },
    ...furtherFilters(query, further, counts),
  ];
}

/** What is sorted by name, in an order that no filter changes: what is offered stays where it is while counts change beside it. */
function largestFirst<T extends { id: number }>(all: readonly T[], counted: Map<number, Counted> = new Map()): T[] {
  const sizeOf = ({ id }: T) => counted.get(id)?.size ?? 0;
  return all.toSorted((a, b) => sizeOf(b) - sizeOf(a));
}
