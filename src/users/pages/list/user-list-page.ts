import type { Request, Response } from 'express';
import { makeAdministrators } from '../../../access/administrators.ts';
import { may } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { readAllTicked } from '../../../bulk-operations/pages/draft/left-out.ts';
import { instant } from '../../../clock.ts';
import { PATIENCE_OF_A_PAGE } from '../../../facets/following/follower.ts';
import type { Group } from '../../../groups/group.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { countKnown, knownByIndex } from '../../../groups/group-suggestions.ts';
import { type AllTicked, allShown } from '../../../lists/exceptions.ts';
import { idsAmong } from '../../../lists/list-query.ts';
import { pagerLinks } from '../../../lists/pager.ts';
import { findPinned, type PinnedView } from '../../../saved-views/pages/pinned-views.ts';
import { findTags } from '../../../tags/tag-store.ts';
import { answerList, asksForListAlone } from '../../../web/list-answer.ts';
import { readHabits } from '../../../web/reader/list-habits.ts';
import { USER_OPERATIONS } from '../../actions/operations/user-operations.ts';
import { listMeanwhile, listUsers, type UserList } from '../../list/user-list.ts';
import { keptColumns } from '../../list/user-list-columns.ts';
import { type ListQuery, listPath, readListQuery } from '../../list/user-list-query.ts';
import { findAllWaiting, WAITING_VIEWS } from '../../list/waiting.ts';
import { STATE_LABELS } from '../../state-labels.ts';
import { stateLimits } from '../../user-state.ts';
import { type Further, findFurther } from './further-filters.ts';
import { rowsOf } from './list-rows.ts';
import { TOP_GROUPS } from './user-filters.ts';
import { type FrameParts, userListFrame } from './user-list-frame.ts';

/** These stand in the bar, the others in its menu. */
const AT_HAND = USER_OPERATIONS.slice(0, 5);
const TOP_TAGS = 20;

/** The list of users, as the address asks for it. */
export async function showUsers(app: AppContext, req: Request, res: Response): Promise<void> {
  const { per, folded } = readHabits(req);
  const query = readListQuery(req.query, { per, columns: keptColumns(req.viewer!.user.listColumns) });
  const further = await findFurther(app, req.viewer!, query);
  const pinned = await findPinned(app, req);
  const mayWrite = may(req.viewer!, 'users', 'write');
  /** Above the list, for who maintains users. */
  const tellsWaiting = mayWrite && !asksForListAlone(req, '/users');
  const offered = {
    tags: TOP_TAGS,
    groups: TOP_GROUPS,
    rights: further.rights.map(({ value }) => value),
    views: [...pinned.map((view) => view.query), ...(tellsWaiting ? WAITING_VIEWS : [])],
  };
  if (!(await app.index.refreshWithin(PATIENCE_OF_A_PAGE)))
    return showMeanwhile(app, req, res, { query, further, pinned });
  const list = await listUsers(app.db.read, app.index, {
    query,
    limits: stateLimits(app),
    viewer: req.viewer!,
    offered,
  });
  const isBehindEnd = list.users.length === 0 && list.total > 0;
  const found = { path: '/users', query, isBehindEnd, firstPage: listPath(query), secure: app.config.secure };
  await answerList(req, res, found, async () => {
    const { counts } = list;
    const now = instant(app.clock());
    const allTicked = await readAllTicked(app, req, 'user');
    const groups = knownByIndex(app.index, req.viewer!, counts.groups.keys());
    const allGroups = countKnown(app.index, req.viewer!);
    const tags = await findTags(app.db.read, 'user', [...counts.tags.keys()]);
    /** Whether there is nobody yet but whoever set it up. */
    const isNew = mayWrite && isWhole(query) && list.total === 1 && counts.activity.deleted === 0;
    const administrators = isNew ? (await findGroups(app.db.read)).find(makesAdministrators) : undefined;
    return {
      ...listPage({
        query,
        list,
        groups,
        allGroups,
        tags,
        folded,
        mayWrite,
        isNew,
        further,
        pinned,
        allTicked,
        rowsOf: rowsOf(app, req, { query, list, allTicked }),
      }),
      waiting: tellsWaiting
        ? await findAllWaiting(app.db.read, req.viewer!, { counts: counts.views.slice(pinned.length), now })
        : [],
      /** The group that makes administrators of its members, where somebody is to be told. */
      administrators,
    };
  });
}

/** The list while nothing can be counted yet: its rows are there, and its numbers come by themselves. */
async function showMeanwhile(
  app: AppContext,
  req: Request,
  res: Response,
  { query, further, pinned }: { query: ListQuery; further: Further; pinned: PinnedView[] },
): Promise<void> {
  const asked = { query, limits: stateLimits(app), viewer: req.viewer! };
  const { looked, ...found } = await listMeanwhile(app.db.read, app.index, asked);
  const { folded } = readHabits(req);
  const list = { ...found, total: found.users.length, isMeant: () => false, change: 0, at: 0 };
  const ids = idsAmong(query.group);
  const groups = knownByIndex(looked, req.viewer!, ids);
  const tags = await findTags(app.db.read, 'user', idsAmong(query.tag));
  const mayWrite = may(req.viewer!, 'users', 'write');
  const page = listPage({
    query,
    list,
    rowsOf: rowsOf(app, req, { query, list }),
    groups,
    allGroups: 0,
    tags,
    further,
    pinned,
    folded,
    mayWrite,
    isNew: false,
  });
  const answered = { path: '/users', query, isBehindEnd: false, firstPage: listPath(query), secure: app.config.secure };
  // To mean all that match, one has to know who they are.
  const bulk = page.list.bulk && { ...page.list.bulk, meansAll: false };
  await answerList(req, res, answered, () => ({
    ...page,
    waiting: [],
    list: { ...page.list, frame: undefined, bulk, isCounting: true },
  }));
}

/** Everything that the list's page shows. */
function listPage({
  allTicked,
  rowsOf: madeOf,
  ...parts
}: FrameParts & {
  list: Omit<UserList, 'counts'>;
  rowsOf: object;
  allTicked?: AllTicked;
}) {
  const { query, list, mayWrite } = parts;
  const { previous, next } = list;
  const frame = userListFrame(parts);
  return {
    title: 'User Management',
    mayWrite,
    list: {
      ...frame,
      frame,
      pagerLinks: pagerLinks(
        previous && listPath(query, { before: previous }),
        next && listPath(query, { after: next }),
      ),
      rowsOf: { ...madeOf, stateLabels: STATE_LABELS },
      areRowsNew: !Object.isFrozen(list.users),
      bulk: mayWrite
        ? {
            actions: AT_HAND,
            hasMore: true,
            // Where all that match are meant: the view, and what it showed.
            fields: [
              ['view', frame.viewPath],
              ['shown', list.total],
              ['change', list.change],
              ['at', list.at],
            ],
            meansAll: true,
            allTicked: allTicked && allShown(allTicked, list, list.users),
          }
        : undefined,
    },
  };
}

function makesAdministrators({ activity, rights }: Group): boolean {
  return activity === 'active' && makeAdministrators(rights);
}

function isWhole({ q, activity, state, tag, group, contact, starts, leaves, address, right }: ListQuery): boolean {
  return (
    q === '' &&
    [activity, state, tag, group, contact, starts, leaves, address, right].every((values) => values.length === 0)
  );
}
