import type { Request } from 'express';
import { dayOf } from '../clock.ts';
import type { Transaction } from '../db/database.ts';
import { findRights } from '../groups/membership-store.ts';
import { covers } from '../groups/permission.ts';
import { isSessionOpen } from '../sessions/session-store.ts';
import { maySignIn } from '../users/user.ts';
import { findUsers } from '../users/user-store.ts';
import type { AppContext } from './app-context.ts';
import { Forbidden, NotSignedIn } from './errors.ts';

/**
 * Whoever sent the request is still who they were when it began: signed in, let in, and with the rights that it was judged by. Requests wait
 * for each other, and one that was ahead in line may have ended all of it (R89). Throws NotSignedIn or Forbidden.
 */
export async function requireStillActing(app: AppContext, req: Request, trx: Transaction): Promise<void> {
  const viewer = req.viewer!;
  const today = dayOf(app.clock());
  const [user] = await findUsers(trx, [viewer.id]);
  if (!user || !maySignIn(user, today) || !(await isSessionOpen(trx, req.sessionID))) throw new NotSignedIn();
  const isWeaker = !covers(await findRights(trx, viewer.id, today), viewer.rights);
  if (isWeaker) throw new Forbidden('Your rights changed while this was under way. Nothing was done.');
}
