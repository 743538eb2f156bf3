import type { Request } from 'express';
import { hasLeft } from '../../../access/admission.ts';
import { isOver } from '../../../access/granted-rights.ts';
import type { AppContext } from '../../../app-context.ts';
import { minuteOf } from '../../../clock.ts';
import type { Contact } from '../../../contacts/contact.ts';
import { findContact } from '../../../contacts/contact-store.ts';
import { findContactViewer } from '../../../contacts/contact-viewer.ts';
import type { Typed } from '../../../forms/form.ts';
import { mayGive } from '../../../groups/group.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { findMemberships } from '../../../memberships/membership-store.ts';
import { findTagsOf } from '../../../tags/tag-store.ts';
import { idIn } from '../../../text/record-id.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import type { User } from '../../user.ts';
import { emptyUser } from '../../user-form.ts';
import { findUsers } from '../../user-store.ts';

/** New User as it is opened from the record of a user, a person or a group; empty otherwise. Nothing is saved by it. */
export async function prefilledUser(app: AppContext, req: Request): Promise<Typed> {
  if (req.query.like !== undefined) return typedLike(app, req);
  return { ...(await typedFromContact(app, req)), groups: await groupsMeant(app, req) };
}

/** As another user: in their groups that the viewer may give and that still count, with their tags, and let in as long. */
async function typedLike(app: AppContext, req: Request): Promise<Typed> {
  const id = idIn(req.query.like);
  const [user] = id === undefined ? [] : await findUsers(app.db.read, [id]);
  if (!user) return emptyUser();
  const now = minuteOf(app.clock());
  const memberships = (await findMemberships(app.db.read, [user.id])).filter((one) => !isOver(one, now));
  const groups = await findGroups(
    app.db.read,
    memberships.map((one) => one.groupId),
  );
  const tags = await findTagsOf(app.db.read, 'user', user.id);
  return {
    ...emptyUser(),
    groups: groups.filter((group) => mayGive(req.viewer!, group)).map((group) => String(group.id)),
    tags: tags.map((tag) => tag.name).join(', '),
    // An end that is over would let nobody in.
    leavesAt: hasLeft(user, now) ? '' : formatOf(req).typedEnd(user.leavesAt),
    noSharedData: user.noSharedData ? 'yes' : '',
  };
}

async function typedFromContact(app: AppContext, req: Request): Promise<Typed> {
  const contact = await contactMeant(app, req);
  if (contact?.kind !== 'person' || contact.activity === 'deleted' || contact.userId !== null) return emptyUser();
  // A name holds no @, which would look like an email address.
  const name = contact.name.replaceAll('@', ' ').trim();
  return { ...emptyUser(), contactId: String(contact.id), name, email: contact.email ?? '' };
}

/** The group that the address names, where the viewer may give it. The form shows it to who may know of it. */
async function groupsMeant(app: AppContext, req: Request): Promise<string[]> {
  const id = idIn(req.query.group);
  const groups = id === undefined ? [] : await findGroups(app.db.read, [id]);
  return groups.filter((group) => mayGive(req.viewer!, group)).map((group) => String(group.id));
}

/** The form of the linked user with what the person's changes offer, to be looked at and saved. */
export async function withOffer(app: AppContext, req: Request, user: User, typed: Typed): Promise<Typed> {
  const contact = await contactMeant(app, req);
  if (!contact || contact.id !== user.contactId || contact.offer.userId !== user.id) return typed;
  const { name = typed.name, email = typed.email } = contact.offer;
  return { ...typed, name, email };
}

async function contactMeant(app: AppContext, req: Request): Promise<Contact | undefined> {
  const id = idIn(req.query.contact);
  if (id === undefined) return undefined;
  return findContact(app.db.read, await findContactViewer(app.db.read, req.viewer!, minuteOf(app.clock())), id);
}
