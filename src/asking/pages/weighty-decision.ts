import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { isWeightyMembership } from '../../permissions/weighty-givings.ts';
import { idIn } from '../../text/record-id.ts';
import { findRequest } from '../access-request-store.ts';
import { typedDecision } from '../asking-form.ts';
import { groupsFor } from '../deciding.ts';

/** Whether what is given makes an administrator (R54). */
export async function givesWeightyMembership(app: AppContext, req: Request): Promise<boolean> {
  const typed = typedDecision(req.body);
  const id = idIn(req.params.id);
  if (typed.answer !== 'give' || id === undefined) return false;
  const request = await findRequest(app.db.read, id);
  if (!request) return false;
  const wanted = 'groupId' in request.asked ? request.asked.groupId : Number(typed.groupId);
  const group = (await groupsFor(app.db.read, [request])).find((one) => one.id === wanted);
  return group !== undefined && isWeightyMembership(app.db.read, req.viewer!.id, group, [request.userId]);
}
