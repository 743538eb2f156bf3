import { may, type Viewer } from '../../access/viewer.ts';

/**
 * Where a record stands, for who may read it; undefined for everybody else, so that no link leads to a refusal. Of a
 * contact the right alone does not decide: whoever shows its name has asked whether the viewer may see it (R86).
 */
export function recordPath(
  viewer: (Viewer & { leads?: number[] }) | undefined,
  type: 'user' | 'group' | 'contact',
  id: number | null,
): string | undefined {
  if (!viewer || id === null) return undefined;
  if (type === 'group') return groupPath(openGroups(viewer), id);
  return may(viewer, `${type}s`, 'read') ? `/${type}s/${id}` : undefined;
}

/** The groups whose records somebody may read: all, or those that they lead. */
export function openGroups(viewer: Viewer & { leads?: number[] }): 'all' | number[] {
  return may(viewer, 'groups', 'read') ? 'all' : (viewer.leads ?? []);
}

export function groupPath(open: 'all' | number[], id: number): string | undefined {
  if (open === 'all') return `/groups/${id}`;
  return open.includes(id) ? `/led-groups/${id}` : undefined;
}
