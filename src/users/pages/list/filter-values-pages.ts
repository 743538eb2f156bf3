import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { knownByIndex } from '../../../groups/group-suggestions.ts';
import { findTags } from '../../../tags/tag-store.ts';
import { readSought, showFilterValues } from '../../../web/filter-values.ts';
import { listPath, readListQuery } from '../../list/user-list-query.ts';
import { countInValues } from '../../list/view-selection.ts';
import { stateLimits } from '../../user-state.ts';

/** All groups by which a view of the users can be filtered. */
export async function showGroupFilter(app: AppContext, req: Request, res: Response): Promise<void> {
  await app.index.refresh();
  await showValues(app, req, res, 'group', knownByIndex(app.index, req.viewer!));
}

/** All tags by which it can be. */
export async function showTagFilter(app: AppContext, req: Request, res: Response): Promise<void> {
  await showValues(app, req, res, 'tag', await findTags(app.db.read, 'user'));
}

async function showValues(
  app: AppContext,
  req: Request,
  res: Response,
  noun: 'group' | 'tag',
  values: readonly { id: number; name: string }[],
): Promise<void> {
  const sought = readSought(req);
  const query = readListQuery(sought.view);
  const asked = { query, limits: stateLimits(app), viewer: req.viewer! };
  await showFilterValues(req, res, sought, {
    noun,
    listed: 'user',
    values,
    chosen: query[noun],
    pathWith: (chosen) => listPath(query, { [noun]: chosen }),
    countIn: (ids) => countInValues(app.db.read, app.index, asked, noun, ids),
  });
}
