import { isOver } from '../access/granted-rights.ts';
import { NO_RIGHTS, union } from '../access/rights.ts';
import type { Viewer } from '../access/viewer.ts';
import { instant, minuteOf } from '../clock.ts';
import { mayGive } from '../groups/group.ts';
import { findGroups } from '../groups/group-store.ts';
import { findMemberships } from '../memberships/membership-store.ts';
import { countOutlasting, outlastingInWords } from '../memberships/outlasting.ts';
import { findOpenPurposes } from '../one-time-links/open-links.ts';
import type { UserSources } from '../users/list/user-index.ts';
import type { User } from '../users/user.ts';
import type { UserValues } from '../users/user-form.ts';
import type { Purpose } from '../verbs/act.ts';
import { countEndingLinks, effectsOf, givenBy } from './effect.ts';
import type { GroupChange } from './touched.ts';

/** What it does to a user to be saved with these values, before it is done, and whether open links end with it. */
export async function savingEffects(
  sources: UserSources,
  viewer: Viewer,
  user: User,
  values: Pick<UserValues, 'groups' | 'email' | 'apiOnly'>,
): Promise<{ effects: string[]; endsLinks: boolean }> {
  const changes = await groupChanges(sources, viewer, user, values.groups);
  // A form gives memberships without an end.
  const given = { rights: union(changes.map(({ to }) => to)), untilAt: null, at: instant(sources.clock()) };
  const effects = [
    ...(changes.length > 0 ? await effectsOf(sources, changes, [user.id]) : []),
    ...outlastingInWords(await countOutlasting(sources.db.read, [user], given)),
    ...(values.apiOnly && !user.apiOnly ? [ENDS_FOR_PROGRAMS] : []),
    ...(!values.apiOnly && user.apiOnly ? [ENDS_FOR_PEOPLE] : []),
  ];
  const isOutgrown = changes.length > 0 && (await countEndingLinks(sources, changes, [user.id])) > 0;
  const isMoved = values.email !== user.email || (values.apiOnly && !user.apiOnly);
  const open = isMoved ? await findOpenPurposes(sources.db.read, user.id, instant(sources.clock())) : [];
  if (open.length === 0 || isOutgrown) return { effects, endsLinks: isOutgrown };
  const why = values.apiOnly ? 'an API-only user has none' : 'it may have gone to the old address';
  return { effects: [...effects, `The open ${WORDS[open[0]]} ends: ${why}.`], endsLinks: !values.apiOnly };
}

const ENDS_FOR_PROGRAMS =
  'As API-only it never signs in in a browser: sessions and tokens end, and the password is void.';
const ENDS_FOR_PEOPLE = 'Its tokens end at once, so what uses them stops working.';
const WORDS: Record<Purpose, string> = { invitation: 'invitation', 'password-reset': 'link to choose a new password' };

/** What changes for the user by being in exactly these groups, but for those that the viewer cannot give or take. */
async function groupChanges(
  sources: UserSources,
  viewer: Viewer,
  user: User,
  groupIds: number[],
): Promise<GroupChange[]> {
  const now = minuteOf(sources.clock());
  const memberships = new Map((await findMemberships(sources.db.read, [user.id])).map((one) => [one.groupId, one]));
  const concerned = [...new Set([...memberships.keys(), ...groupIds])];
  return (await findGroups(sources.db.read, concerned)).flatMap((group): GroupChange[] => {
    const membership = memberships.get(group.id);
    const isKept = membership !== undefined && !mayGive(viewer, group);
    const isWanted = isKept || groupIds.includes(group.id);
    if (isWanted === (membership !== undefined)) return [];
    const given = membership && isOver(membership, now) ? NO_RIGHTS : givenBy(group);
    return [{ groupId: group.id, from: isWanted ? NO_RIGHTS : given, to: isWanted ? given : NO_RIGHTS }];
  });
}
