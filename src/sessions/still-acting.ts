import { maySignIn } from '../access/admission.ts';
import { findRights } from '../access/granted-rights.ts';
import { covers } from '../access/rights.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { findUsers } from '../users/user-store.ts';
import { Forbidden, NotSignedIn } from '../verbs/refusals.ts';
import { isSessionOpen } from './session-store.ts';

/** Somebody who acts by a session. */
export interface Acting {
  viewer: Viewer;
  sessionId: string;
}

/**
 * Whoever acts is still who they were when it began: signed in, let in, and with the rights that they were judged by. Requests wait
 * for each other, and one that was ahead in line may have ended all of it (R89). Throws NotSignedIn or Forbidden.
 */
export async function requireStillActing(db: Reader, { viewer, sessionId }: Acting, now: Instant): Promise<void> {
  const [user] = viewer.id === null ? [] : await findUsers(db, [viewer.id]);
  if (!user || !maySignIn(user, now) || !(await isSessionOpen(db, sessionId))) throw new NotSignedIn();
  const isWeaker = !covers(await findRights(db, user.id, now), viewer.rights);
  if (isWeaker) throw new Forbidden('Your rights changed while this was under way. Nothing was done.');
}
