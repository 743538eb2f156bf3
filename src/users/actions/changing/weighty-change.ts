import { NO_RIGHTS } from '../../../access/rights.ts';
import type { Reader } from '../../../db/database.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { findMemberships } from '../../../memberships/membership-store.ts';
import { givenBy } from '../../../permissions/effect.ts';
import { isWeighty } from '../../../permissions/weighty-givings.ts';
import { identityKey } from '../../../text/identity-key.ts';
import type { User } from '../../user.ts';

/**
 * Whether a change of a user, or a new one, makes an administrator, says where links go from now on, or is one of whoever makes it
 * (R54). What is left out stays as it is.
 */
export async function isWeightyChange(
  db: Reader,
  viewerId: number,
  user: Pick<User, 'id' | 'email'> | undefined,
  { email, groups = [] }: { email?: string | null; groups?: number[] },
): Promise<boolean> {
  if (user?.id === viewerId) return true;
  if (user && email !== undefined && identityKey(email ?? '') !== identityKey(user.email ?? '')) return true;
  const before = new Set(user && (await findMemberships(db, [user.id])).map(({ groupId }) => groupId));
  const wanted = new Set(groups.filter((id) => !before.has(id)));
  if (wanted.size === 0) return false;
  const joined = (await findGroups(db)).filter(({ id }) => wanted.has(id));
  const givings = joined.map((group) => ({ groupId: group.id, from: NO_RIGHTS, to: givenBy(group), userIds: [] }));
  return isWeighty(db, viewerId, givings);
}
