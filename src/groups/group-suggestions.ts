import { fitOf, isNamed } from '../text.ts';
import { may, type Viewer } from '../users/user.ts';
import type { AppContext } from '../web/app-context.ts';
import { SUGGESTED } from '../web/picker.ts';
import type { Group } from './group.ts';
import { findGroups } from './group-store.ts';

/** The groups that the viewer may know of: who may not read groups knows those that somebody is in (R86). */
export async function findKnownGroups(
  { db, index }: Pick<AppContext, 'db' | 'index'>,
  viewer: Viewer,
): Promise<Group[]> {
  const groups = await findGroups(db.read);
  if (may(viewer, 'groups', 'read')) return groups;
  await index.refresh();
  const sizes = index.sizes().groups;
  return groups.filter(({ id }) => sizes[id] > 0);
}

/** Which of these may be meant by this text: what is called so, then what begins so. */
export function groupsCalled<T extends Pick<Group, 'name'>>(groups: T[], text: string): T[] {
  if (text === '') return [];
  return groups
    .filter((group) => isNamed(group.name, text))
    .toSorted((a, b) => fitOf([b.name], text) - fitOf([a.name], text))
    .slice(0, SUGGESTED);
}
