import { maySignIn } from '../../access/admission.ts';
import { findRights } from '../../access/granted-rights.ts';
import { type Application, EVERYTHING, type Level } from '../../access/rights.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import { dayOf, type Instant } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { findUsers } from '../../users/user-store.ts';

/**
 * Whoever began an operation, with what they may do now. Undefined where they are not let in any more or may not act there (R89);
 * nobody's was begun at the machine itself.
 */
export async function authorOf(
  db: Reader,
  userId: number | null,
  { application, level, at }: { application: Application; level: Level; at: Instant },
): Promise<Viewer | undefined> {
  if (userId === null) return { id: null, name: 'command line', rights: EVERYTHING };
  const today = dayOf(at);
  const [user] = await findUsers(db, [userId]);
  if (!user || !maySignIn(user, today)) return undefined;
  const viewer = { id: user.id, name: user.name, rights: await findRights(db, user.id, today) };
  return may(viewer, application, level) ? viewer : undefined;
}
