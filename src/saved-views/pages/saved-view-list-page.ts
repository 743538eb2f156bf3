import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { problemsOfViews } from '../../users/list/user-export.ts';
import { render } from '../../web/render.ts';
import { MOST_PINNED, mayChange, mayDelete, mayShare } from '../saved-view.ts';
import { findVisibleViews } from '../saved-view-store.ts';

/** All views that the reader has kept, and those that others share. */
export async function showSavedViews(app: AppContext, req: Request, res: Response): Promise<void> {
  const viewer = req.viewer!;
  const views = await findVisibleViews(app.db.read, viewer.id);
  const addresses = views.map(({ address }) => address);
  const problems = await problemsOfViews(app.db.read, addresses, viewer);
  const all = views.map((view, n) => ({
    ...view,
    problems: problems[n],
    isPinned: viewer.user.pinnedViews.includes(view.id),
    isOwn: mayChange(viewer, view),
    mayDelete: mayDelete(viewer, view),
    copyPath: `/saved-views/new?${new URLSearchParams({ view: view.address, name: view.name })}`,
  }));
  render(req, res, 'saved-views/index', {
    title: 'Saved views',
    sections: [
      { id: 'own', label: 'Yours', views: all.filter((view) => view.isOwn), none: 'You have saved none yet.' },
      { id: 'shared', label: 'Shared by others', views: all.filter((view) => !view.isOwn), none: 'Nobody shares one.' },
    ],
    mayShare: mayShare(viewer),
    mostPinned: MOST_PINNED,
  });
}
