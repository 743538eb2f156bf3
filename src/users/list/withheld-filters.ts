import { may, type Viewer } from '../../access/viewer.ts';

export const NOT_BY_CONTACTS = 'You may not filter by linked contacts';
export const NOT_BY_RIGHTS = 'You may not filter by rights';

/** Filters that tell of what not everybody may read, with what is said to who may not. */
export function withheldFrom(viewer: Viewer): Record<string, string> {
  return {
    ...(!may(viewer, 'contacts', 'read') && { contact: `${NOT_BY_CONTACTS}.` }),
    ...(!may(viewer, 'groups', 'read') && { right: `${NOT_BY_RIGHTS}.` }),
  };
}
