import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { NotFound } from '../../verbs/refusals.ts';
import type { Group } from '../group.ts';
import { findGroup } from '../group-store.ts';

/** The group that the address names, a deleted one included. Throws NotFound. */
export async function groupOf(app: AppContext, req: Request): Promise<Group> {
  const id = String(req.params.id);
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new NotFound();
  return findGroup(app.db.read, Number(id));
}
