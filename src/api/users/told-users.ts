import { may, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { findContactNames } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import { findTagNames } from '../../tags/tag-store.ts';
import { stateLimits, statesOf } from '../../users/user-state.ts';
import { findUserNames, findUsers } from '../../users/user-store.ts';
import { NotFound } from '../../verbs/refusals.ts';
import type { Answer } from '../contract/route.ts';

/** These users as programs are told of them, as far as the viewer may know. */
export async function toldUsers(app: AppContext, db: Reader, viewer: Viewer, ids: number[]) {
  const users = await findUsers(db, ids);
  const seesContacts = may(viewer, 'contacts', 'read');
  const seer = await findContactViewer(db, viewer, minuteOf(app.clock()));
  const contactIds = users.flatMap(({ contactId }) => contactId ?? []);
  const contacts = seesContacts ? await findContactNames(db, seer, contactIds) : new Map<number, string>();
  const memberships = Map.groupBy(await findMemberships(db, ids), ({ userId }) => userId);
  const tags = await findTagNames(db, 'user', ids);
  const owners = await findUserNames(
    db,
    users.map(({ apiOnlyOwnerId }) => apiOnlyOwnerId),
  );
  const limits = stateLimits(app);
  const named = (id: number | null, names: ReadonlyMap<number, string>) => {
    const name = id === null ? undefined : names.get(id);
    return name === undefined ? null : { id, name };
  };
  return users.map((user) => ({
    id: user.id,
    name: user.name,
    email: user.email,
    activity: user.activity,
    states: statesOf(user, limits),
    noSharedData: user.noSharedData,
    startsAt: user.startsAt,
    leavesAt: user.leavesAt,
    description: user.description,
    ...(seesContacts && { contact: named(user.contactId, contacts) }),
    apiOnly: user.apiOnly
      ? { reason: user.apiOnlyReason, owner: named(user.apiOnlyOwnerId, owners), reviewOn: user.apiOnlyReviewOn }
      : null,
    groups: (memberships.get(user.id) ?? []).map((one) => ({
      id: one.groupId,
      name: one.groupName,
      until: one.untilAt,
    })),
    tags: tags.get(user.id) ?? [],
    lastLoginAt: user.lastLoginAt,
    lastActivityAt: user.lastActivityAt,
    accessConfirmedAt: user.accessConfirmedAt,
    createdAt: user.createdAt,
    version: user.version,
  }));
}

/** One of them with the version that a change has to name. Throws NotFound. */
export async function userAnswer(app: AppContext, db: Reader, viewer: Viewer, id: number): Promise<Answer> {
  const [user] = await toldUsers(app, db, viewer, [id]);
  if (!user) throw new NotFound('There is no such user.');
  return { headers: { ETag: `"${user.version}"` }, body: user };
}
