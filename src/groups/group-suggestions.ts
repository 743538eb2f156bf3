import { may, type Viewer } from '../access/viewer.ts';
import { SUGGESTED } from '../forms/picker.ts';
import { fitOf, isNamed } from '../text/text.ts';
import type { UserSources } from '../users/list/user-index.ts';
import type { Group } from './group.ts';
import { findGroups } from './group-store.ts';

/** The groups that the viewer may know of: who may not read groups knows those that somebody is in (R86). */
export async function findKnownGroups(
  { db, index }: Pick<UserSources, 'db' | 'index'>,
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
