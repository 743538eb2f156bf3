import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { mayChange, type SavedView } from '../saved-view.ts';
import { findView } from '../saved-view-store.ts';

/** Throws NotFound where there is no such number. */
export function viewIdOf(req: Request): number {
  return addressedId(req, 'id', 'There is no such view.');
}

export function viewOf(app: AppContext, req: Request): Promise<SavedView> {
  return findView(app.db.read, req.viewer!.id, viewIdOf(req));
}

export async function ownViewOf(app: AppContext, req: Request): Promise<SavedView> {
  const view = await viewOf(app, req);
  if (!mayChange(req.viewer!, view)) throw new Forbidden(`The view ${view.name} is somebody else’s.`);
  return view;
}
