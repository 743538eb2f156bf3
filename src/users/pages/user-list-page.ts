import type { Request, Response } from 'express';
import type { Activity } from '../../access/activity.ts';
import { makeAdministrators } from '../../access/administrators.ts';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { bulkActionsOf } from '../../bulk-operations/actions/bulk-subjects.ts';
import type { Group } from '../../groups/group.ts';
import { findKnownGroups } from '../../groups/group-suggestions.ts';
import { type Choice, type Column, type Filter, listFrame } from '../../lists/list-frame.ts';
import { toggled } from '../../lists/list-query.ts';
import { findTags, type Tag } from '../../tags/tag-store.ts';
import { fold, matches } from '../../text/text.ts';
import { answerList } from '../../web/list-answer.ts';
import { readHabits } from '../../web/reader/list-habits.ts';
import { listUsers, type UserList } from '../list/user-list.ts';
import { type ListQuery, listPath, readListQuery, type SortKey } from '../list/user-list-query.ts';
import { STATES, type State, stateLimits } from '../user-state.ts';

export const STATE_LABELS: Record<State, string> = {
  'not-invited': 'Not invited',
  invited: 'Invited',
  'not-delivered': 'Not delivered',
  'invitation-expired': 'Invitation expired',
  'never-signed-in': 'Never signed in',
  locked: 'Locked',
  expired: 'Expired',
  stale: 'Stale',
  'to-be-confirmed': 'To be confirmed',
  'api-only': 'API-only',
  'linked-to-account': 'Linked to customer or supplier',
};

const ACTIVITY_LABELS: Record<Activity, string> = { active: 'Active', deactivated: 'Deactivated', deleted: 'Deleted' };

const COLUMNS: Column<SortKey>[] = [
  { sort: 'name', label: 'Name', width: 'wide' },
  { sort: 'email', label: 'System email', width: 'widest' },
  { sort: 'contact', label: 'Linked contact', width: 'middle' },
  { sort: 'last_login', label: 'Last login', width: 'narrow' },
  { sort: 'groups', label: 'Group memberships', width: 'rest' },
  { sort: 'no_shared_data', label: 'No shared data', width: 'slight', givesWay: true },
];

const TOP_GROUPS = 10;
const TOP_TAGS = 20;

/** The list of users, as the address asks for it. */
export async function showUsers(app: AppContext, req: Request, res: Response): Promise<void> {
  const { per, folded } = readHabits(req);
  const query = readListQuery(req.query, per);
  const list = await listUsers(app.db.read, app.index, query, stateLimits(app), req.viewer!);
  const isBehindEnd = list.users.length === 0 && list.counts.total > 0;
  const found = { path: '/users', query, isBehindEnd, firstPage: listPath(query), secure: app.config.secure };
  await answerList(req, res, found, async () => {
    const [groups, tags] = await Promise.all([findKnownGroups(app, req.viewer!), findTags(app.db.read, 'user')]);
    return listPage({ query, list, groups, tags, folded, mayWrite: may(req.viewer!, 'users', 'write') });
  });
}

/** Everything that the list's page shows, with the address that each link leads to. */
function listPage({
  query,
  list,
  groups,
  tags,
  mayWrite,
  folded,
}: {
  query: ListQuery;
  list: UserList;
  groups: Group[];
  tags: Tag[];
  mayWrite: boolean;
  /** The names of the filters that the reader has folded away. */
  folded: string[];
}) {
  const { counts } = list;
  const words = fold(query.q).split(' ').filter(Boolean);
  const choice = <T extends string | number>(
    name: 'activity' | 'state' | 'tag' | 'group',
    value: T,
    label: string,
    count: number,
  ): Choice => ({
    label,
    value,
    count,
    isChosen: (query[name] as T[]).includes(value),
    path: listPath(query, { [name]: toggled(query[name] as T[], value) }),
  });
  const activity = (Object.keys(ACTIVITY_LABELS) as Activity[]).map((value) =>
    choice('activity', value, ACTIVITY_LABELS[value], counts.activity[value]),
  );
  const state = STATES.map((value, n) => choice('state', value, STATE_LABELS[value], counts.states[n]));
  const tag = largestFirst(tags, list.sizes.tags).map(({ id, name }) => choice('tag', id, name, counts.tags[id] ?? 0));
  const group = largestFirst(groups, list.sizes.groups).map(({ id, name }) =>
    choice('group', id, name, counts.groups[id] ?? 0),
  );
  const filters: Filter[] = [
    { name: 'activity', label: 'Activity', choices: activity },
    { name: 'state', label: 'State', choices: state },
    { name: 'tag', label: 'Tags', choices: tag.filter((one, n) => n < TOP_TAGS || one.isChosen) },
    {
      name: 'group',
      label: 'Top groups',
      choices: query.allGroups ? group : group.filter((one, n) => n < TOP_GROUPS || one.isChosen),
      more:
        group.length > TOP_GROUPS
          ? {
              isOpen: query.allGroups,
              path: listPath(query, { allGroups: !query.allGroups }),
              rest: group.length - TOP_GROUPS,
            }
          : undefined,
    },
  ];
  /** Whether there is nobody yet but whoever set it up. */
  const isNew = mayWrite && isWhole(query) && counts.total === 1 && counts.activity.deleted === 0;
  return {
    title: 'User Management',
    users: list.users,
    mayWrite,
    /** The group that makes administrators of its members. */
    administrators: groups.find(({ activity, rights }) => activity === 'active' && makeAdministrators(rights)),
    stateLabels: STATE_LABELS,
    marked: (text: string) => matches(text, words),
    list: listFrame({
      name: 'users',
      path: '/users',
      label: 'Users',
      noun: 'user',
      searchHint: 'Name, email or contact',
      query,
      pathTo: (change) => listPath(query, change),
      columns: COLUMNS,
      filters,
      folded,
      total: counts.total,
      previous: list.previous,
      next: list.next,
      rows: 'users/_rows',
      foot: isNew ? 'users/_begin' : undefined,
      empty: {
        unmatched: 'Nobody matches all of this.',
        none: 'There is nobody here yet.',
        icon: 'people',
        first: mayWrite ? { label: 'Create the first user', path: '/users/new' } : undefined,
      },
      bulk: mayWrite
        ? {
            actions: bulkActionsOf('user'),
            // Where all that match are meant: the view, and what it showed.
            fields: [
              ['view', listPath(query)],
              ['shown', counts.total],
              ['change', counts.change],
            ],
            meansAll: true,
          }
        : undefined,
      hasMenus: mayWrite,
    }),
  };
}

function isWhole({ q, activity, state, tag, group }: ListQuery): boolean {
  return q === '' && [activity, state, tag, group].every((values) => values.length === 0);
}

/** In an order that no filter changes: what is offered stays where it is while counts change beside it. */
function largestFirst<T extends { id: number; name: string }>(all: T[], sizes: Int32Array): T[] {
  const sizeOf = ({ id }: T) => sizes[id] ?? 0;
  return all.toSorted((a, b) => sizeOf(b) - sizeOf(a) || (a.name < b.name ? -1 : 1));
}
