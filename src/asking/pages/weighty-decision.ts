import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { demandsFactor } from '../../groups/group.ts';
import { isWeightyMembership } from '../../permissions/weighty-givings.ts';
import type { AccessRequest } from '../access-request.ts';
import { isMember } from '../actions/asking.ts';
import { typedDecision } from '../asking-form.ts';
import { groupsFor } from '../deciding.ts';

/** Whether what is given makes an administrator, or says when somebody goes who is in a group that demands a second factor (R54). */
export async function givesWeightyMembership(app: AppContext, req: Request, request: AccessRequest): Promise<boolean> {
  const typed = typedDecision(req.body);
  if (typed.answer !== 'give') return false;
  const wanted = 'groupId' in request.asked ? request.asked.groupId : Number(typed.groupId);
  const group = (await groupsFor(app.db.read, [request])).find((one) => one.id === wanted);
  if (group === undefined) return false;
  const isEnded = typed.untilAt !== '' && demandsFactor(group);
  if (isEnded && (await isMember(app.db.read, group.id, request.userId, { at: instant(app.clock()) }))) return true;
  return isWeightyMembership(app.db.read, req.viewer!.id, group, [request.userId]);
}
