import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { knownByIndex } from '../../../groups/group-suggestions.ts';
import { firstOf, toggled } from '../../../lists/list-query.ts';
import { pagerLinks } from '../../../lists/pager.ts';
import { isNamed } from '../../../text/text.ts';
import { render } from '../../../web/render.ts';
import { groupFilterPath, listPath, readListQuery } from '../../list/user-list-query.ts';
import { countInGroups } from '../../list/view-selection.ts';
import { stateLimits } from '../../user-state.ts';

const SHOWN = 100;
const LONGEST_NAME = 100;

/** All groups by which a view can be filtered, by name, to be searched: the sidebar has room for the largest. */
export async function showGroupFilter(app: AppContext, req: Request, res: Response): Promise<void> {
  const { name: typed, from: start, ...view } = req.query;
  const query = readListQuery(view);
  const name = (firstOf(typed) ?? '').trim().slice(0, LONGEST_NAME);
  const from = startOf(firstOf(start));
  await app.index.refresh();
  const all = knownByIndex(app.index, req.viewer!).filter((group) => isNamed(group.name, name));
  const shown = all.slice(from, from + SHOWN);
  const asked = { query, limits: stateLimits(app), viewer: req.viewer! };
  const counts = await countInGroups(
    app.db.read,
    app.index,
    asked,
    shown.map(({ id }) => id),
  );
  const pathFrom = (start: number) => groupFilterPath(query, { name, from: start });
  render(req, res, 'users/groups', {
    title: 'Filter by a group',
    listPath: listPath(query),
    kept: [...new URL(listPath(query), 'http://list').searchParams],
    name,
    total: all.length,
    groups: shown.map((group) => ({
      label: group.name,
      count: counts.get(group.id),
      isChosen: query.group.includes(group.id),
      path: listPath(query, { group: toggled(query.group, group.id) }),
    })),
    pagerLinks: pagerLinks(
      from > 0 ? pathFrom(Math.max(0, from - SHOWN)) : undefined,
      from + SHOWN < all.length ? pathFrom(from + SHOWN) : undefined,
    ),
  });
}

function startOf(text: string | undefined): number {
  const start = Number(text ?? 0);
  return Number.isSafeInteger(start) && start > 0 ? start : 0;
}
