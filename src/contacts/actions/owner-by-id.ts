import { may } from '../../access/viewer.ts';
import type { Reader } from '../../db/database.ts';
import { FieldErrors, RefusedFields } from '../../forms/form.ts';
import { findGroups } from '../../groups/group-store.ts';
import { findUsers } from '../../users/user-store.ts';
import { type ContactViewer, NOT_YOURS_TO_GIVE, type Ownership, PUBLIC } from '../contact.ts';

/** Whose a contact is, as programs say it: a user’s, a group’s, or with neither everybody’s. */
export interface OwnerById {
  type: 'public' | 'user' | 'group';
  id?: number | null;
}

/** Whose it is to be. Those who may not look at users or groups learn nothing of them here. Throws FieldErrors. */
export async function ownerById(db: Reader, viewer: ContactViewer, { type, id }: OwnerById): Promise<Ownership> {
  if (type === 'public') return PUBLIC;
  if (!id) throw new FieldErrors({ owner: 'Say which user, or which group.' });
  if (type === 'group') {
    const isKnown = viewer.groupIds.has(id) || may(viewer, 'groups', 'read');
    const [group] = isKnown ? await findGroups(db, [id]) : [];
    if (!group) throw new FieldErrors({ owner: 'There is no such group.' });
    return { ...PUBLIC, ownerGroupId: id };
  }
  if (id === viewer.id) return { ...PUBLIC, ownerUserId: id };
  // Before anybody is looked up: the answer must not tell who exists.
  if (!may(viewer, 'contacts', 'write')) throw new RefusedFields({ owner: NOT_YOURS_TO_GIVE });
  const [user] = may(viewer, 'users', 'read') ? await findUsers(db, [id]) : [];
  if (!user || user.activity === 'deleted') throw new FieldErrors({ owner: 'There is no such user.' });
  return { ...PUBLIC, ownerUserId: id };
}
