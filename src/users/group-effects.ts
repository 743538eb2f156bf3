import { dayOf } from '../clock.ts';
import { effectsOf, type GroupChange, givenBy } from '../groups/effect.ts';
import { findGroups } from '../groups/group-store.ts';
import { findMemberships, isOver } from '../groups/membership-store.ts';
import { covers, NO_RIGHTS } from '../groups/permission.ts';
import type { AppContext } from '../web/app-context.ts';
import type { User, Viewer } from './user.ts';

/** What it does to the rights of a user to be in exactly these groups, but for those that the viewer cannot give or take. */
export async function groupEffects(app: AppContext, viewer: Viewer, user: User, groupIds: number[]): Promise<string[]> {
  const today = dayOf(app.clock());
  const memberships = new Map((await findMemberships(app.db.read, [user.id])).map((one) => [one.groupId, one]));
  const changes = (await findGroups(app.db.read)).flatMap((group): GroupChange[] => {
    const membership = memberships.get(group.id);
    const isKept = membership !== undefined && !covers(viewer.rights, group.rights);
    const isWanted = isKept || groupIds.includes(group.id);
    if (isWanted === (membership !== undefined)) return [];
    const given = membership && isOver(membership, today) ? NO_RIGHTS : givenBy(group);
    return [{ groupId: group.id, from: isWanted ? NO_RIGHTS : given, to: isWanted ? given : NO_RIGHTS }];
  });
  return changes.length > 0 ? effectsOf(app, changes, [user.id]) : [];
}
