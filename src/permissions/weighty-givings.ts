import { givesAdministration } from '../access/administrators.ts';
import { covers } from '../access/rights.ts';
import type { Reader } from '../db/database.ts';
import { findMemberships } from '../memberships/membership-store.ts';
import type { Giving } from '../verbs/action.ts';

/** Whether it makes administrators, or changes the rights of whoever does it (R54). */
export async function isWeighty(db: Reader, viewerId: number, givings: Giving[]): Promise<boolean> {
  const telling = givings.filter(({ from, to }) => !(covers(from, to) && covers(to, from)));
  if (telling.some(({ from, to }) => givesAdministration(to) && !givesAdministration(from))) return true;
  if (telling.length === 0) return false;
  const own = new Set((await findMemberships(db, [viewerId])).map(({ groupId }) => groupId));
  return telling.some(({ groupId, userIds }) => userIds?.includes(viewerId) ?? own.has(groupId));
}
