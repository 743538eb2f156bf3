import type { Viewer } from '../access/viewer.ts';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import type { Subject } from '../users/user.ts';
import { type ErasureSettings, erasableFrom, erasureRefusal, findDeletions } from './erasure.ts';

/** How a record tells of it: that it was done, that it can be, or from when on. Undefined where nothing of it concerns the viewer. */
export async function erasureOf(
  db: Reader,
  viewer: Viewer,
  user: Subject,
  { at, settings }: { at: Instant; settings: ErasureSettings },
): Promise<{ erasedAt?: Instant; isDue: boolean; from?: Instant } | undefined> {
  if (user.erasedAt !== null) return { erasedAt: user.erasedAt, isDue: false };
  if (user.activity !== 'deleted') return undefined;
  const deletedAt = (await findDeletions(db, [user.id])).get(user.id);
  const refusal = erasureRefusal(viewer, user, { deletedAt, at, settings });
  if (refusal?.kind === 'forbidden' || deletedAt === undefined) return undefined;
  return { isDue: refusal === undefined, from: erasableFrom(deletedAt, settings) };
}
