import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { demandsFactor } from '../../groups/group.ts';
import { groupOf } from '../../groups/pages/addressed-group.ts';
import { isWeightyMembership } from '../../permissions/weighty-givings.ts';
import { membersIn } from '../../text/people/people-list.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { MOST_AT_ONCE, typedMembers } from '../member-form.ts';

/** Whether a change of members makes administrators, is one of whoever makes it, or lets them off a second factor (R54). */
export async function changesWeightyMembers(app: AppContext, req: Request): Promise<boolean> {
  const typed = typedMembers(req.body);
  if (typed.step) return false;
  const listed = membersIn(String(typed.list)).slice(0, MOST_AT_ONCE);
  const found = await findUserIdsByIdentifier(app.db.read, listed);
  const userIds = [...[typed.ids].flat().map(Number), ...found.values()];
  const group = await groupOf(app, req);
  if (demandsFactor(group) && (req.method === 'DELETE' || (req.method === 'PATCH' && typed.untilAt !== '')))
    return true;
  return isWeightyMembership(app.db.read, req.viewer!.id, group, userIds);
}
