import type { Request } from 'express';
import { NO_RIGHTS } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import type { Typed } from '../../forms/form.ts';
import { findGroups } from '../../groups/group-store.ts';
import { givenBy } from '../../permissions/effect.ts';
import { isWeighty } from '../../permissions/weighty-givings.ts';
import { identityKey } from '../../text/identity-key.ts';
import type { Subject } from '../user.ts';
import { typedUser } from '../user-form.ts';
import { typedNow } from './user-form-page.ts';

/** Whether New User or Edit, as it was sent, makes an administrator, says where links go from now on, or changes oneself (R54). */
export async function isWeightyUserForm(app: AppContext, req: Request, user?: Subject): Promise<boolean> {
  const typed = typedUser(req.body);
  if (typed.step && typed.step !== 'save') return false;
  if (user && (user.id === req.viewer!.id || identityKey(String(typed.email)) !== identityKey(user.email ?? '')))
    return true;
  return givesWeightyGroups(app, req, typed, user);
}

async function givesWeightyGroups(app: AppContext, req: Request, typed: Typed, user?: Subject): Promise<boolean> {
  const before = new Set(user ? [(await typedNow(app.db.read, user)).groups].flat() : []);
  const ids = [typed.groups].flat().filter((id) => /^[1-9]\d{0,14}$/.test(id) && !before.has(id));
  const wanted = new Set(ids.map(Number));
  const groups = (await findGroups(app.db.read)).filter(({ id }) => wanted.has(id));
  const givings = groups.map((group) => ({ groupId: group.id, from: NO_RIGHTS, to: givenBy(group), userIds: [] }));
  return isWeighty(app.db.read, req.viewer!.id, givings);
}
