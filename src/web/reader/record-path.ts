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
  if (type === 'group' && !may(viewer, 'groups', 'read'))
    return viewer.leads?.includes(id) ? `/led-groups/${id}` : undefined;
  return may(viewer, `${type}s`, 'read') ? `/${type}s/${id}` : undefined;
}
