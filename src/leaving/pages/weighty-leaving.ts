import type { Request } from 'express';
import { givesAdministration } from '../../access/administrators.ts';
import type { AppContext } from '../../app-context.ts';
import { weighsMuch, weighsToPutOff } from '../../bulk-operations/actions/weighty-operation.ts';
import { findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import type { Instant } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { isWeightyChange } from '../../users/actions/changing/weighty-change.ts';
import type { Subject } from '../../users/user.ts';
import type { Judge } from '../../verbs/action.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import type { Departure } from '../actions/operations/letting-leave.ts';
import { PRIVATE_CONTACTS } from '../actions/private-contacts.ts';
import { SCHEDULED_CHANGES } from '../actions/scheduled-changes.ts';
import type { Decision } from '../left-kind.ts';
import { checkedLeaving, typedLeaving } from './leaving-form.ts';
import { scheduledLeaving } from './leaving-page.ts';

/**
 * Whether others get to see what was one person's alone, an administrator stays for longer, or somebody answers from now on for what they would
 * have to confirm if they began it (R54).
 */
export async function isWeightyLeaving(app: AppContext, req: Request, user: Subject): Promise<boolean> {
  const typed = typedLeaving(req.body);
  if (typed.step) return false;
  const by = actOf(app, req);
  try {
    return await weighs(
      app.db.read,
      by,
      user,
      await checkedLeaving(app.db.read, by, user, { typed, times: formatOf(req) }),
    );
  } catch (error) {
    // What will not do is done to nobody.
    if (error instanceof FieldErrors) return false;
    throw error;
  }
}

async function weighs(db: Reader, by: Judge, user: Subject, { leavesAt, decisions }: Departure): Promise<boolean> {
  if (decisions[PRIVATE_CONTACTS.name]?.deed === 'hand-over') return true;
  if (leavesAt !== null && (await isWeightyChange(db, by.by.id ?? 0, user, { leavesAt }))) return true;
  if (leavesAt !== null && (await putsOff(db, user, leavesAt))) return true;
  return weighsWithOthers(db, by, user, decisions[SCHEDULED_CHANGES.name]);
}

/** Whether an administrator would have been deactivated sooner by what takes its place. */
async function putsOff(db: Reader, user: Subject, leavesAt: Instant): Promise<boolean> {
  if (!givesAdministration(user.rights)) return false;
  const scheduled = await scheduledLeaving(db, user.id);
  return scheduled !== undefined && scheduled.dueAt < leavesAt;
}

/** Whether one of what they scheduled would have to be confirmed by whoever began it, or by whoever cancels it. */
async function weighsWithOthers(db: Reader, by: Judge, user: Subject, decision?: Decision): Promise<boolean> {
  const weighsOf = { 'hand-over': weighsMuch, end: weighsToPutOff, keep: undefined }[decision?.deed ?? 'keep'];
  if (!weighsOf) return false;
  for (const { id } of await SCHEDULED_CHANGES.find(db, [user.id], by.at))
    if (decision?.ids?.includes(id) && (await weighsOf(db, by, await findOperation(db, id)))) return true;
  return false;
}
