import type { Request, Response } from 'express';
import { ACTIVITIES, ACTIVITY_LABELS } from '../../access/activity.ts';
import { grantsInWords } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { readAllTicked } from '../../bulk-operations/pages/draft/left-out.ts';
import { findNewestEntry } from '../../facets/following/feed.ts';
import { type AllTicked, allShown } from '../../lists/exceptions.ts';
import { type Choice, type Column, listFrame, moreTags, noSuch } from '../../lists/list-frame.ts';
import { toggled } from '../../lists/list-query.ts';
import { findTags, type Tag } from '../../tags/tag-store.ts';
import { marking, searchedWords } from '../../text/text.ts';
import { readSought, showFilterValues } from '../../web/filter-values.ts';
import { answerList } from '../../web/list-answer.ts';
import { readHabits } from '../../web/reader/list-habits.ts';
import { GROUP_ACTIONS } from '../actions/group-actions.ts';
import { LEADERSHIPS } from '../group-index.ts';
import { countTags, type GroupList, listGroups } from '../group-list.ts';
import { type GroupQuery, type GroupSort, groupsPath, readGroupQuery } from '../group-list-query.ts';
import type { Leadership } from '../leader.ts';
import { GROUP_CHANGES } from '../names/group-names.ts';

const LEADERSHIP_LABELS: Record<Leadership, string> = { active: 'Active', inactive: 'Not active', none: 'None' };

const COLUMNS: Column<GroupSort>[] = [
  { sort: 'name', label: 'Name', width: 'wide' },
  { sort: 'leader', label: 'Leader', width: 'wide' },
  { sort: 'users', label: 'Users', width: 'slight' },
  { sort: 'permissions', label: 'Permissions', width: 'rest' },
];

const TOP_TAGS = 20;

/** The list of groups, as the address asks for it. */
export async function showGroups(app: AppContext, req: Request, res: Response): Promise<void> {
  const { per, folded } = readHabits(req);
  const query = readGroupQuery(req.query, per);
  // What changes from here on is told of in the sheet.
  const change = await findNewestEntry(app.db.read, GROUP_CHANGES);
  const list = await listGroups(app, query, TOP_TAGS);
  const isBehindEnd = list.groups.length === 0 && list.total > 0;
  const found = { path: '/groups', query, isBehindEnd, firstPage: groupsPath(query), secure: app.config.secure };
  await answerList(req, res, found, async () => {
    const mayWrite = may(req.viewer!, 'groups', 'write');
    const tags = await findTags(app.db.read, 'group', [...list.counts.tag.keys()]);
    return {
      ...groupsPage({ query, list, change, tags, folded, mayWrite, allTicked: await readAllTicked(app, req, 'group') }),
      leads: req.viewer!.leads.length > 0,
    };
  });
}

/** All tags by which a view of the groups can be filtered. */
export async function showTagFilter(app: AppContext, req: Request, res: Response): Promise<void> {
  const sought = readSought(req);
  const query = readGroupQuery(sought.view);
  await showFilterValues(req, res, sought, {
    noun: 'tag',
    listed: 'group',
    values: await findTags(app.db.read, 'group'),
    chosen: query.tag,
    pathWith: (tag) => groupsPath(query, { tag }),
    countIn: (ids) => countTags(app, query, ids),
  });
}

/** Everything that the list's page shows, with the address that each link leads to. */
function groupsPage({
  query,
  list,
  change,
  tags,
  folded,
  mayWrite,
  allTicked,
}: {
  query: GroupQuery;
  list: GroupList;
  /** Where the feed of changes stood before it was read. */
  change: number;
  tags: Tag[];
  folded: string[];
  mayWrite: boolean;
  allTicked?: AllTicked;
}) {
  const choice = <T extends string | number>(
    name: 'activity' | 'leader' | 'tag',
    value: T,
    label: string,
    count = 0,
  ): Choice => {
    const chosen = query[name] as T[];
    const path = groupsPath(query, { [name]: toggled(chosen, value) });
    return { label, value, count, isChosen: chosen.includes(value), path };
  };
  const { counts } = list;
  const sizeOf = ({ id }: Tag) => counts.tag.get(id)?.size ?? 0;
  const words = searchedWords(query.q);
  return {
    title: 'Groups',
    groups: list.groups.map((group) => ({ ...group, permissions: grantsInWords(group.rights) })),
    mayWrite,
    marking: () => marking(words),
    list: listFrame({
      name: 'groups',
      path: '/groups',
      label: 'Groups',
      noun: 'group',
      searchHint: 'Name, leader or description',
      query,
      ranks: true,
      pathTo: (change) => groupsPath(query, change),
      columns: COLUMNS,
      filters: [
        {
          name: 'activity',
          label: 'Activity',
          unknown: noSuch('activity'),
          choices: ACTIVITIES.map((one) => choice('activity', one, ACTIVITY_LABELS[one], counts.activity.get(one))),
        },
        {
          name: 'leader',
          label: 'Leader',
          unknown: noSuch('choice of leaders'),
          choices: LEADERSHIPS.map((one) => choice('leader', one, LEADERSHIP_LABELS[one], counts.leader.get(one))),
        },
        {
          name: 'tag',
          label: 'Tags',
          unknown: noSuch('tag'),
          choices: tags
            .toSorted((a, b) => sizeOf(b) - sizeOf(a))
            .map(({ id, name }) => choice('tag', id, name, counts.tag.get(id)?.count)),
          more: list.hasMoreTags ? moreTags(groupsPath(query)) : undefined,
        },
      ],
      folded,
      total: list.total,
      previous: list.previous,
      next: list.next,
      rows: 'groups/_rows',
      empty: {
        unmatched: 'No group matches all of this.',
        none: 'There are no groups yet. A group bundles users and gives them their permissions.',
        icon: 'organization',
        first: mayWrite ? { label: 'New Group', path: '/groups/new' } : undefined,
      },
      bulk: mayWrite
        ? {
            actions: [...GROUP_ACTIONS],
            hasMore: true,
            fields: [
              ['subject', 'group'],
              ['view', groupsPath(query)],
              ['shown', list.total],
              ['change', change],
            ],
            meansAll: true,
            allTicked: allTicked && allShown(allTicked, list, list.groups),
          }
        : undefined,
      hasMenus: false,
    }),
  };
}
