import type { Request } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { isId } from '../../../text/record-id.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { isWeightyChange } from '../../actions/changing/weighty-change.ts';
import type { Subject } from '../../user.ts';
import { checkUser, typedUser } from '../../user-form.ts';

/** Whether New User or Edit, as it was sent, is one of those changes that only somebody makes who has shown lately that it is they (R54). */
export async function isWeightyUserForm(app: AppContext, req: Request, user?: Subject): Promise<boolean> {
  const typed = typedUser(req.body);
  if (typed.step && typed.step !== 'save') return false;
  const groups = [typed.groups].flat().filter(isId);
  // What cannot be read changes nothing.
  const { values } = checkUser(typed, formatOf(req), user);
  const times = values && {
    startsAt: values.startsAt,
    leavesAt: values.leavesAt,
    apiOnly: values.apiOnly ? undefined : null,
  };
  const change = { email: String(typed.email), groups: groups.map(Number), ...times };
  return isWeightyChange(app.db.read, req.viewer!.id, user, change);
}
