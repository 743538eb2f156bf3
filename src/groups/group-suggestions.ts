import { may, type Viewer } from '../access/viewer.ts';
import { SUGGESTED } from '../forms/picker.ts';
import { fitTo } from '../text/text.ts';
import type { UserIndex, UserSources } from '../users/list/user-index.ts';
import type { Group } from './group.ts';
import type { NamedGroup } from './names/group-names.ts';

/** The groups that the viewer may know of, by name: who may not read groups knows those that somebody is in (R86). */
export async function findKnownGroups({ index }: Pick<UserSources, 'index'>, viewer: Viewer): Promise<NamedGroup[]> {
  if (may(viewer, 'groups', 'read')) await index.groups.refresh();
  else await index.refresh();
  return knownByIndex(index, viewer);
}

/** The same by the index, as it was last refreshed. */
export function knownByIndex(index: UserIndex, viewer: Viewer, ids?: Iterable<number>): NamedGroup[] {
  const groups = index.groups.named(ids);
  return may(viewer, 'groups', 'read') ? groups : groups.filter(({ id }) => index.sizeOf('group', id) > 0);
}

/** How many there are of them. */
export function countKnown(index: UserIndex, viewer: Viewer): number {
  return may(viewer, 'groups', 'read') ? index.groups.number : knownByIndex(index, viewer).length;
}

/** Which of these may be meant by this text: what is called so, then what begins so. */
export function groupsCalled<T extends Pick<Group, 'name'>>(groups: T[], text: string): T[] {
  if (text === '') return [];
  const fitOf = fitTo(text);
  const byFit: T[][] = [[], [], []];
  for (const group of groups) {
    const fit = fitOf(group.name);
    if (fit !== undefined && byFit[fit].length < SUGGESTED) byFit[fit].push(group);
  }
  return byFit.reverse().flat().slice(0, SUGGESTED);
}
