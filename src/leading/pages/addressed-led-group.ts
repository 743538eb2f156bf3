import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import type { Group } from '../../groups/group.ts';
import { actOf } from '../../sessions/pages/act.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { findLedGroup, whyNotToLead } from '../led-group.ts';

/** The group that the address names, where the viewer leads it. */
export async function ledGroupOf(app: AppContext, req: Request): Promise<Group> {
  return findLedGroup(app.db.read, req.viewer!.id, addressedId(req), minuteOf(app.clock()));
}

/** The same, where it can be led at all: not while it is deactivated. */
export async function changeableOf(app: AppContext, req: Request): Promise<Group> {
  const group = await ledGroupOf(app, req);
  const reason = whyNotToLead(group);
  if (reason) throw new Forbidden(reason);
  return group;
}

/** The act of somebody who leads the group, and still does when anything is written down: rights are none of theirs to lose (R89). */
export function actAsLeader(app: AppContext, req: Request, groupId: number): Act {
  const act = actOf(app, req);
  const confirm = async (trx: Transaction) => {
    await act.confirm?.(trx);
    await findLedGroup(trx, act.by.id, groupId, minuteOf(act.at));
  };
  return { ...act, confirm };
}
