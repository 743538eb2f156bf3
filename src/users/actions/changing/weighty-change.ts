import { givesAdministration } from '../../../access/administrators.ts';
import { NO_RIGHTS } from '../../../access/rights.ts';
import type { Reader } from '../../../db/database.ts';
import { demandsFactor } from '../../../groups/group.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { findMemberships } from '../../../memberships/membership-store.ts';
import { givenBy } from '../../../permissions/effect.ts';
import { isWeighty } from '../../../permissions/weighty-givings.ts';
import { identityKey } from '../../../text/identity-key.ts';
import type { Subject } from '../../user.ts';
import type { UserChange } from './user-change.ts';

/**
 * Whether a change of a user, or a new one, makes an administrator, lets one in who would not be, lets somebody off a second factor, says
 * where links go from now on, or is one of whoever makes it (R54). What is left out stays as it is.
 */
export async function isWeightyChange(
  db: Reader,
  viewerId: number,
  user: Subject | undefined,
  { email, groups, ...times }: { groups?: number[] } & Pick<UserChange, 'email' | LettingIn>,
): Promise<boolean> {
  if (user?.id === viewerId) return true;
  if (user && email !== undefined && identityKey(email ?? '') !== identityKey(user.email ?? '')) return true;
  if (user && givesAdministration(user.rights) && letsIn(user, times)) return true;
  if (groups === undefined) return false;
  const before = user ? (await findMemberships(db, [user.id])).map(({ groupId }) => groupId) : [];
  const left = before.filter((id) => !groups.includes(id));
  if ((await findGroups(db, left)).some(demandsFactor)) return true;
  const joined = await findGroups(
    db,
    [...new Set(groups)].filter((id) => !before.includes(id)),
  );
  const givings = joined.map((group) => ({ groupId: group.id, from: NO_RIGHTS, to: givenBy(group), userIds: [] }));
  return isWeighty(db, viewerId, givings);
}

/** What says besides the activity whether somebody is let in. */
type LettingIn = 'startsAt' | 'leavesAt' | 'apiOnly';

/** Whether they are let in sooner than they would be, for longer, or as a person. */
function letsIn(user: Subject, { startsAt, leavesAt, apiOnly }: Pick<UserChange, LettingIn>): boolean {
  if (apiOnly === null && user.apiOnly) return true;
  if (user.startsAt !== null && startsAt !== undefined && (startsAt ?? '') < user.startsAt) return true;
  return user.leavesAt !== null && leavesAt !== undefined && (leavesAt === null || leavesAt > user.leavesAt);
}
