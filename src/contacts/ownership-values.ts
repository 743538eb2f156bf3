import { may } from '../access/viewer.ts';
import type { Row } from '../db/tables.ts';
import { type ContactViewer, seesPublic } from './contact.ts';
import { selvesOf } from './contact-viewer.ts';

/** Whose a contact is, as one number: 0 for everybody's, odd for a group's, even for a user's. */
export function ownershipValue({
  owner_user_id,
  owner_group_id,
}: Pick<Row<'contacts'>, 'owner_user_id' | 'owner_group_id'>): number {
  if (owner_user_id !== null) return owner_user_id * 2 + 2;
  return owner_group_id === null ? 0 : owner_group_id * 2 + 1;
}

/** Those of contacts that the viewer may see, ascending. `maySee` says the same of one contact. */
export function visibleOwnerships(viewer: ContactViewer): number[] {
  if (!may(viewer, 'contacts', 'read')) return [];
  const groups = [...viewer.groupIds].map((owner_group_id) => ownershipValue({ owner_user_id: null, owner_group_id }));
  const own = selvesOf(viewer).map((owner_user_id) => ownershipValue({ owner_user_id, owner_group_id: null }));
  return [...(seesPublic(viewer) ? [0] : []), ...own, ...groups].sort((a, b) => a - b);
}
