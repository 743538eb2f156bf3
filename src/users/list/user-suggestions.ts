import type { Activity } from '../../access/activity.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import type { Reader } from '../../db/database.ts';
import { SUGGESTED, type Suggestion } from '../../forms/picker.ts';
import type { StateLimits } from '../user-state.ts';
import type { ListedUser } from './listed-users.ts';
import type { UserIndex } from './user-index.ts';
import { listUsers } from './user-list.ts';
import { readListQuery } from './user-list-query.ts';

/** More than any field suggests, because some of them are chosen already. */
const MOST = 100;

interface Sources {
  db: Reader;
  index: UserIndex;
  limits: StateLimits;
  viewer: Viewer;
}

interface Wanted {
  /** Left out, active and deactivated. */
  activity?: readonly Activity[];
  /** Its members alone. */
  groupId?: number;
}

/** Who may be meant by this text, of those whom the viewer may see: whoever is called so, then whose name begins so. */
export async function findUsersCalled(
  { db, index, limits, viewer }: Sources,
  text: string,
  { activity = [], groupId }: Wanted = {},
): Promise<ListedUser[]> {
  if (text.trim() === '' || !may(viewer, 'users', 'read')) return [];
  const group = groupId === undefined ? [] : [groupId];
  const query = { ...readListQuery({ q: text }), activity: [...activity], group, per: MOST };
  return (await listUsers(db, index, { query, limits, viewer })).users;
}

/** The first of them by name, as a field holds them in which one names a user. */
export function suggestedByName(users: Pick<ListedUser, 'name' | 'email'>[]): Suggestion[] {
  return users.slice(0, SUGGESTED).map(({ name, email }) => ({ value: name, name, note: email ?? undefined }));
}
