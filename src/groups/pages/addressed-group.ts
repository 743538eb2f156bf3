import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { addressedId } from '../../web/addressed-id.ts';
import type { Group } from '../group.ts';
import { findGroup } from '../group-store.ts';

/** The group that the address names, a deleted one included. Throws NotFound. */
export async function groupOf(app: AppContext, req: Request): Promise<Group> {
  return findGroup(app.db.read, addressedId(req));
}
